/** Readers of option arguments: text -> value, or an Error that says the limit. No reader backtracks. */

import { FORMATS, type FormatTable, type OutputFormat, outputFormats } from "../../image/formats/registry.ts";
import { textFromBase64url } from "../signing/base64url.ts";
import { ROTATIONS, type Transform } from "../transform.ts";
import { quantise } from "./quantum.ts";

export type ArgumentReader<T> = {
  readonly read: (text: string) => T;
  /** What is taken, in words; shown to the client and in docs/front-end/url.md. */
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

/** A reader from a parser that gives undefined for a text it does not take. */
export function reader<T>(limit: string, parse: (text: string) => T | undefined): ArgumentReader<T> {
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

/** A decimal number from `min` to `max` without exponent. Gives the nearest multiple of `QUANTUM`. */
export function decimal(min: number, max: number): ArgumentReader<number> {
  return reader(`a number from ${min} to ${max}`, (text) => {
    const value = decimalWithin(text, min, max);
    return value === undefined ? undefined : quantise(value);
  });
}

/** The number as it is written, not quantised; undefined when the text is no number within the limits. */
export function decimalWithin(text: string, min: number, max: number): number | undefined {
  return within(/^-?\d{1,9}(\.\d{1,9})?$/, text, min, max);
}

function within(shape: RegExp, text: string, min: number, max: number): number | undefined {
  const value = shape.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** One of the words of a list. */
export function oneOf<T extends string>(words: readonly T[]): ArgumentReader<T> {
  return reader(`one of ${words.join(", ")}`, (text) => words.find((word) => word === text));
}

/** imgproxy's booleans, which are Go's. */
export const FLAG = reader("t or f", (text) => {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  return ["0", "f", "F", "false", "FALSE", "False"].includes(text) ? false : undefined;
});

/**
 * The file name extensions of the formats that we make, as words of an option. `later`: also of those that are made at once
 * only where the address names them.
 */
export function formatWords(formats: FormatTable = FORMATS, later = false): ReadonlyMap<string, OutputFormat> {
  const made = outputFormats(formats).filter(([, output]) => later || output.later !== true);
  return new Map(made.flatMap(([name, , { extensions }]) => extensions.map((word) => [word, name])));
}

/** An output format by one of its file name extensions. */
export const FORMAT: ArgumentReader<OutputFormat> = formatReader(false);
/** The same with AVIF. Whether it may be asked for is for policy to say (policy/limits.ts). */
export const ANY_FORMAT: ArgumentReader<OutputFormat> = formatReader(true);

function formatReader(later: boolean): ArgumentReader<OutputFormat> {
  const words = formatWords(FORMATS, later);
  return reader(`one of ${[...words.keys()].join(", ")}`, (text) => words.get(text));
}

/** Three or six hexadecimal digits, as red, green, blue of 0 to 255. */
const HEX_COLOUR = reader("3 or 6 hexadecimal digits", (text): [number, number, number] | undefined => {
  const digits = text.length === 3 ? [...text].map((digit) => digit + digit).join("") : text;
  if (!/^[0-9a-fA-F]{6}$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
});

const CHANNEL = whole(0, 255);

/** A multiple of 90 degrees, clockwise. */
export const QUARTER_TURNS = reader("a multiple of 90", (text): Transform["rotate"] | undefined => {
  const degrees = /^-?\d{1,5}$/.test(text) ? ((Number(text) % 360) + 360) % 360 : Number.NaN;
  return ROTATIONS.find((rotation) => rotation === degrees);
});

/** Three numbers or one hexadecimal number -> red, green, blue; empty keeps alpha (null). */
export function readColour(args: readonly string[]): Transform["background"] {
  const [first = "", second = "", third = ""] = args;
  if (args.length === 1) return first === "" ? null : HEX_COLOUR.read(first);
  if (args.length !== 3) throw new ArgumentError(args.join(":"), "one hex colour or three numbers");
  return [CHANNEL.read(first), CHANNEL.read(second), CHANNEL.read(third)];
}

const FILENAME_LIMIT = "a file name of at most 200 characters, without / \\ and control characters";

/** `name[:encoded]`: percent-encoded, or base64url when `encoded` is true. An empty name is none (null). */
export function readFilename([text = "", encoded = "", ...more]: readonly string[]): string | null {
  const isEncoded = encoded !== "" && FLAG.read(encoded);
  const name = isEncoded ? textFromBase64url(text) : percentDecoded(text);
  const fits = name !== null && more.length === 0 && name.length <= 200 && !/[\x00-\x1f\x7f/\\]/.test(name);
  if (!fits) throw new ArgumentError(text, FILENAME_LIMIT);
  return name === "" ? null : name;
}

/** Null for a text whose escapes are no UTF-8. */
export function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
