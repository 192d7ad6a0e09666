/** Readers of option arguments: text -> value, or an Error that says the limit. No reader backtracks. */
import type { Gravity, OutputFormat } from "../imageRequest.ts";
import { QUANTUM, quantise, quantiseLength } from "./quantum.ts";

export type ArgumentReader<T> = {
  readonly read: (text: string) => T;
  /** What is taken, in words; shown to the client and in docs/url.md. */
  readonly limit: string;
};

/** A value that an option cannot take. */
export class ArgumentError extends Error {
  readonly value: string;
  readonly limit: string;

  constructor(value: string, limit: string) {
    super(`"${value}": ${limit}`);
    this.value = value;
    this.limit = limit;
  }
}

function reader<T>(limit: string, parse: (text: string) => T | undefined): ArgumentReader<T> {
  return {
    limit,
    read: (text) => {
      const value = parse(text);
      if (value === undefined) throw new ArgumentError(text, limit);
      return value;
    },
  };
}

/** A whole number from `min` to `max`. */
export function whole(min: number, max: number): ArgumentReader<number> {
  return reader(`a whole number from ${min} to ${max}`, (text) => within(/^\d{1,15}$/, text, min, max));
}

const DECIMAL = /^-?\d{1,9}(\.\d{1,9})?$/;

/** A decimal number from `min` to `max` without exponent. Gives the nearest multiple of `QUANTUM`. */
export function decimal(min: number, max: number): ArgumentReader<number> {
  return reader(`a number from ${min} to ${max}`, (text) => {
    const value = within(DECIMAL, text, min, max);
    return value === undefined ? undefined : quantise(value);
  });
}

/** An offset: pixels, or a share of the side below 1. Both may be negative. */
const OFFSET = reader("a number from -65535 to 65535", (text) => {
  const value = within(DECIMAL, text, -65_535, 65_535);
  return value === undefined ? undefined : quantiseLength(value);
});

/**
 * A side of a crop: pixels, a share of the side below 1, or 0 for the whole side. A share so small that it would round
 * to 0 is refused: it must not become the whole side.
 */
export const CROP_SIDE = reader(`0, or a number from ${decimalText(QUANTUM)} to 65535`, (text) => {
  const value = within(DECIMAL, text, 0, 65_535);
  return value === undefined ? undefined : cropSide(value);
});

/** A side in percent -> a share of it; 100 % is 0, the whole side. Limits as `CROP_SIDE`. */
export const CROP_PERCENT = reader(`0, or a number from ${decimalText(100 * QUANTUM)} to 100`, (text) => {
  const value = within(DECIMAL, text, 0, 100);
  return value === 100 ? 0 : value === undefined ? undefined : cropSide(value / 100);
});

/** An offset in percent -> a share of the side; 100 % is the largest share. */
export const OFFSET_PERCENT = reader("a number from 0 to 100", (text) => {
  const value = within(DECIMAL, text, 0, 100);
  return value === undefined ? undefined : Math.min(quantiseLength(value / 100), quantise(1 - QUANTUM));
});

function cropSide(value: number): number | undefined {
  const side = quantiseLength(value);
  return side === 0 && value !== 0 ? undefined : side;
}

/** A small number without an exponent: 1e-6 -> 0.000001. */
function decimalText(value: number): string {
  return value.toFixed(6).replace(/0+$/, "");
}

function within(shape: RegExp, text: string, min: number, max: number): number | undefined {
  const value = shape.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** One of the words of a table; gives what the table says. */
export function word<T>(table: Readonly<Record<string, T>>): ArgumentReader<T> {
  return reader(`one of ${Object.keys(table).join(", ")}`, (text) =>
    Object.hasOwn(table, text) ? table[text] : undefined,
  );
}

/** imgproxy's booleans, which are Go's. */
export const FLAG = reader("t or f", (text) => {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  return ["0", "f", "F", "false", "FALSE", "False"].includes(text) ? false : undefined;
});

export const FORMAT: ArgumentReader<OutputFormat> = word({ webp: "webp", jpg: "jpeg", jpeg: "jpeg", png: "png" });

/** Three or six hexadecimal digits, as red, green, blue of 0 to 255. */
export const HEX_COLOUR = reader("3 or 6 hexadecimal digits", (text): [number, number, number] | undefined => {
  const digits = text.length === 3 ? [...text].map((digit) => digit + digit).join("") : text;
  if (!/^[0-9a-fA-F]{6}$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
});

/** A multiple of 90 degrees, clockwise. */
export const QUARTER_TURNS = reader("a multiple of 90", (text): 0 | 90 | 180 | 270 | undefined => {
  const degrees = /^-?\d{1,5}$/.test(text) ? ((Number(text) % 360) + 360) % 360 : Number.NaN;
  return degrees === 0 || degrees === 90 || degrees === 180 || degrees === 270 ? degrees : undefined;
});

const COMPASS = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"] as const;
const SHARE = decimal(0, 1);
const GRAVITY_LIMIT = `one of ${COMPASS.join(", ")}, or fp:x:y with 0 to 1; there is no smart cropping here`;

/** `type[:x:y]`: a compass point with an offset (pixels, or a share below 1), or `fp` with a point. */
export function readGravity(args: readonly string[]): Gravity {
  const [type = "", x = "", y = "", ...more] = args;
  if (more.length > 0) throw new ArgumentError(args.join(":"), GRAVITY_LIMIT);
  if (type === "fp") return { kind: "focus", x: SHARE.read(x), y: SHARE.read(y) };
  const at = COMPASS.find((point) => point === type);
  if (at === undefined) throw new ArgumentError(type, GRAVITY_LIMIT);
  return { kind: "compass", at, x: x === "" ? 0 : OFFSET.read(x), y: y === "" ? 0 : OFFSET.read(y) };
}
