/** Text -> value, one reader per kind of setting. Each throws an Error that says the value and the limit. */
import { parseHostPattern } from "./hostPattern.ts";

export type Reader<T> = (text: string) => T;

/** A whole number of at least `min` and at most `max`. */
export function whole(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`"${text}" is not a whole number from ${min} to ${max}`);
  };
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new Error(`"${text}" is none of ${words.join(", ")}`);
  };
}

/** The engine. Photon, the baseline, is not in this build. */
export function engine(text: string): "auto" {
  if (text !== "photon") return oneOf("auto")(text);
  throw new Error('"photon" is a build of its own, which `npm run bench -- engine` measures; here it is none of auto');
}

/** `true` or `1`, `false` or `0`. */
export function flag(text: string): boolean {
  const word = oneOf("true", "1", "false", "0")(text.toLowerCase());
  return word === "true" || word === "1";
}

/** Entries separated by commas or white space; empty ones are left out. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (text) =>
    text
      .split(/[\s,]+/)
      .filter((entry) => entry !== "")
      .map(read);
}

/** A list that holds something, sorted upwards, without doubles. */
export function ascending(min: number, max: number): Reader<readonly number[]> {
  return (text) => {
    const values = [...new Set(listOf(whole(min, max))(text))].sort((a, b) => a - b);
    if (values.length === 0) throw new Error(`"${text}" holds no number`);
    return values;
  };
}

/** Bytes in hexadecimal; the value itself is not repeated in the error, since it may be a key. */
export function hex(text: string): Uint8Array {
  if (text.length === 0 || text.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(text)) {
    throw new Error("an entry is not an even number of hexadecimal digits");
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** A host pattern, kept as written. */
export function pattern(text: string): string {
  parseHostPattern(text);
  return text;
}

/** A name made of lower-case letters, digits and inner hyphens, as R2 bindings and HTTP tokens both take it. */
export function name(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(text)) return text;
  throw new Error(`"${text}" is not a name of 1 to 40 characters out of a-z, 0-9 and -`);
}

/** An absolute http(s) or mailto address, kept as written; nothing that could break out of a header's comment. */
export function contact(text: string): string {
  if (URL.canParse(text) && /^(https?|mailto):[\x21-\x7e]+$/.test(text) && !/[()\\]/.test(text)) return text;
  throw new Error(`"${text}" is not an http, https or mailto address`);
}

/** A secret, as it stands. */
export function secret(text: string): string {
  return text;
}
