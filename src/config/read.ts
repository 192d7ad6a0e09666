/** Readers of variables, text -> value, one per kind of variable. Each throws an Error with the value and the limit. */
import type { Preset } from "./config.ts";
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

/** A decimal number from 0 to 1. */
export function share(text: string): number {
  const value = /^\d(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new Error(`"${text}" is not a number from 0 to 1 with at most 6 decimals`);
}

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new Error(`"${text}" is not one of: ${words.join(", ")}`);
  };
}

/** The engine. The only value is `auto`: this build does not contain the baseline, photon. */
export function engine(text: string): "auto" {
  if (text !== "photon") return oneOf("auto")(text);
  throw new Error(
    '"photon" is a separate build, which `npm run bench -- engine` measures; the only value here is auto',
  );
}

/** `true` or `1` -> true, `false` or `0` -> false, in upper or lower case. */
export function flag(text: string): boolean {
  const word = oneOf("true", "1", "false", "0")(text.toLowerCase());
  return word === "true" || word === "1";
}

/** Entries separated by commas or white space. Empty entries are ignored. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (text) =>
    text
      .split(/[\s,]+/)
      .filter((entry) => entry !== "")
      .map(read);
}

/** A list of whole numbers, at least one: sorted upwards, without duplicates. */
export function ascending(min: number, max: number): Reader<readonly number[]> {
  return (text) => {
    const values = [...new Set(listOf(whole(min, max))(text))].sort((a, b) => a - b);
    if (values.length === 0) throw new Error(`"${text}" has no number in it`);
    return values;
  };
}

/** Bytes in hexadecimal. The error does not repeat the value, because it can be a key. */
export function hex(text: string): Uint8Array {
  if (text.length === 0 || text.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(text)) {
    throw new Error("an entry is not an even number of hexadecimal digits");
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** A host pattern, checked and given as written. */
export function pattern(text: string): string {
  parseHostPattern(text);
  return text;
}

/** A name of lower-case letters, digits and inner hyphens. R2 bindings and HTTP tokens both allow these. */
export function name(text: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(text)) return text;
  throw new Error(`"${text}" is not a name of 1 to 40 characters out of a-z, 0-9 and -`);
}

/** An absolute http(s) or mailto address, as written. Refuses characters that could end the comment in a header. */
export function contact(text: string): string {
  if (URL.canParse(text) && /^(https?|mailto):[\x21-\x7e]+$/.test(text) && !/[()\\]/.test(text)) return text;
  throw new Error(`"${text}" is not an http, https or mailto address`);
}

/** A key of AES: 16, 24 or 32 bytes in hexadecimal. The error does not repeat it. */
export function aesKey(text: string): Uint8Array<ArrayBuffer> {
  const key = Uint8Array.from(hex(text));
  if ([16, 24, 32].includes(key.length)) return key;
  throw new Error(`it has ${key.length} bytes, not 16, 24 or 32`);
}

/** `name=option:argument/option:argument`. */
export function preset(text: string): Preset {
  const [, name, options] = /^([A-Za-z0-9_-]{1,40})=(.+)$/.exec(text) ?? [];
  if (name === undefined || options === undefined) throw new Error(`"${text}" is not name=option:argument/option:…`);
  return { name, options: options.split("/").filter((option) => option !== "") };
}

/** An absolute http(s) address without credentials. */
export function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url.href;
  throw new Error(`"${text}" is not an http or https address`);
}

/** A secret, unchanged. */
export function secret(text: string): string {
  return text;
}

/** The http or https address of a service. */
export function hostAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error("must be an http or https URL");
  return url.href;
}
