/**
 * Checks of option values, for callers without types too. They take what the proxy's own table takes
 * (request/options/table.ts); a test holds both together. Each throws a RangeError that says the value and the limit.
 */
import { quantise, quantiseLength } from "../request/options/quantum.ts";
import { toBase64url } from "../request/signing/base64url.ts";
import { isHttpUrl } from "../request/source/canonicalSource.ts";
import { COMPASS, MAX_SIDE, TILES } from "../request/transform.ts";

/** Value and the option's name -> its text in a URL. */
export type Check = (value: unknown, name: string) => string;

export function refuse(value: unknown, name: string, limit: string): never {
  throw new RangeError(`The ${name} cannot be ${shown(value)}: ${limit}`);
}

/** A whole number. */
export const whole =
  (min: number, max: number): Check =>
  (value, name) => {
    const fits = Number.isInteger(value) && isWithin(value, min, max);
    return fits ? String(value) : refuse(value, name, `a whole number from ${min} to ${max}`);
  };

/** A number, rounded to the proxy's step of 0.000001. */
export const decimal =
  (min: number, max: number, round = quantise): Check =>
  (value, name) =>
    isWithin(value, min, max) ? String(round(value)) : refuse(value, name, `a number from ${min} to ${max}`);

export const side = whole(0, MAX_SIDE);

/** 0, or a number of at least `least`: a smaller share would round to 0, which means the whole side. */
export const orZero =
  (least: number, max: number, round = quantise): Check =>
  (value, name) => {
    if (value === 0 || isWithin(value, least, max)) return String(round(Number(value)));
    return refuse(value, name, `0, or a number from ${least} to ${max}`);
  };

const cropSide = orZero(0.000001, MAX_SIDE, quantiseLength);
const offset = decimal(-MAX_SIDE, MAX_SIDE, quantiseLength);
const coordinate = decimal(0, 1);

export const flag: Check = (value, name) =>
  typeof value === "boolean" ? (value ? "t" : "f") : refuse(value, name, "true or false");

/** One of the words of a list. */
export const word =
  (words: readonly unknown[]): Check =>
  (value, name) =>
    words.includes(value) ? String(value) : refuse(value, name, `one of ${words.join(", ")}`);

/** A text that the pattern fits. */
export const text =
  (pattern: RegExp, limit: string): Check =>
  (value, name) =>
    typeof value === "string" && pattern.test(value) ? value : refuse(value, name, limit);

export const colour: Check = text(/^([0-9a-f]{3}){1,2}$/i, "3 or 6 hexadecimal digits");

/** `{at, x, y}` -> `no`, `so:0:0.1`, `fp:0.5:0.5`, `sm`. `whole`: offsets of 0 are written too. */
const point =
  (points: readonly unknown[], whole?: true): Check =>
  (value, name) => {
    const { at, x = 0, y = 0 } = fieldsOf(value, name, ["at", "x", "y"]);
    const chosen = word(points)(at, `${name}.at`);
    const check = chosen === "fp" ? coordinate : chosen === "sm" ? word([0]) : offset;
    const place = `:${check(x, `${name}.x`)}:${check(y, `${name}.y`)}`;
    return chosen !== "fp" && !whole && place === ":0:0" ? chosen : chosen + place;
  };

export const place = point([...COMPASS, "fp"]);
export const gravity = point([...COMPASS, "fp", "sm"]);
const markPoint = point([...COMPASS, TILES], true);

/** `{opacity, at, x, y, scale}` -> `0.5:soea:10:10:0.2`. */
export const watermark: Check = (value, name) => {
  const { opacity, scale = 0, ...at } = fieldsOf(value, name, ["opacity", "at", "x", "y", "scale"]);
  return `${coordinate(opacity, name)}:${markPoint({ at: "ce", ...at }, name)}:${coordinate(scale, name)}`;
};

/** `{width, height, gravity}` -> `0.5:0:no`. */
export const crop: Check = (value, name) => {
  const { width, height, gravity: own } = fieldsOf(value, name, ["width", "height", "gravity"]);
  const sides = `${cropSide(width, `${name} width`)}:${cropSide(height, `${name} height`)}`;
  return own === undefined ? sides : `${sides}:${gravity(own, `${name}.gravity`)}`;
};

const LICENSE = text(/^[^\p{Cc}\p{Cs}]{0,200}$/u, "at most 200 characters, none of them a control character");

/** `{license, creator}` -> both in base64url, since an address has colons: `Ynk:creator:SmFuZQ:t`. */
export const license: Check = (value, name) => {
  const fields = fieldsOf(value, name, ["license", "creator"]);
  const part = (field: string) => toBase64url(bytesOfText(LICENSE(fields[field] ?? "", `${name}.${field}`)));
  return `${part("license")}:creator:${part("creator")}:t`;
};

/** The fields of an object that has no others. */
export function fieldsOf(value: unknown, name: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null;
  if (isObject && Object.keys(value).every((key) => known.includes(key))) return { ...value };
  return refuse(value, name, `an object of ${known.join(", ")}`);
}

function isWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}

/** A text that looks like a number has quotes: it is the type that is wrong. */
function shown(value: unknown): string {
  const isQuoted = typeof value === "object" || (typeof value === "string" && !Number.isNaN(Number(value)));
  return String(isQuoted ? JSON.stringify(value) : value).slice(0, 80);
}

/** Throws a TypeError for a source that is no absolute http(s) URL. */
export function checkSource(source: string): void {
  if (!isHttpUrl(source)) throw new TypeError(`The source is no absolute http or https URL: ${source}`);
}

export function bytesOfText(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** The proxy's address without a slash at its end. Throws a TypeError for what is no text. */
export function withoutSlash(endpoint: string): string {
  if (typeof endpoint !== "string") throw new TypeError(`The endpoint is no text: ${endpoint}`);
  return endpoint.replace(/\/$/, "");
}
