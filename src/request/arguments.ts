/** Readers of option arguments: text -> value, or an Error that says the limit. No reader backtracks. */
import { FORMATS, type FormatTable, type OutputFormat, outputFormats } from "../image/formats/registry.ts";
import type { Gravity } from "./imageRequest.ts";

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

/** A decimal number from `min` to `max`, no exponent. */
export function decimal(min: number, max: number): ArgumentReader<number> {
  return reader(`a number from ${min} to ${max}`, (text) => within(/^-?\d{1,9}(\.\d{1,9})?$/, text, min, max));
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

/** The extensions of the formats we make, as words of an option. */
export function formatWords(formats: FormatTable = FORMATS): Readonly<Record<string, OutputFormat>> {
  const words = outputFormats(formats).flatMap(([name, , { extensions }]) => extensions.map((word) => [word, name]));
  return Object.fromEntries(words);
}

export const FORMAT: ArgumentReader<OutputFormat> = word(formatWords());

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
const OFFSET = decimal(-65_535, 65_535);
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
