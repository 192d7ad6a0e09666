/**
 * Builds the proxy's URLs in browsers, Node and Workers, without dependencies. Sources are written in base64, which no
 * zone or proxy rewrites. Sign where the key is safe (on a server, in a build), never in a page.
 */

import { outputFormats } from "../image/formats/registry.ts";
import { quantise, quantiseLength } from "../request/options/quantum.ts";
import { toBase64url } from "../request/signing/base64url.ts";
import { signPath } from "../request/signing/signature.ts";
import { isHttpUrl } from "../request/source/canonicalSource.ts";
import { MAX_SIDE, RESIZE_TYPES, ROTATIONS } from "../request/transform.ts";

export type Compass = "ce" | "no" | "so" | "ea" | "we" | "noea" | "nowe" | "soea" | "sowe";

/** A compass point with an offset (pixels, or a share of the side below 1), or a point to keep in the picture (0 to 1). */
export type ClientGravity =
  | { readonly at: Compass; readonly x?: number; readonly y?: number }
  | { readonly at: "fp"; readonly x: number; readonly y: number };

/** The options of a picture. An option that is left out has imgproxy's default (docs/url.md). */
export type ImageOptions = {
  readonly resize?: "fit" | "fill" | "fill-down" | "force" | "auto";
  readonly width?: number;
  readonly height?: number;
  readonly dpr?: number;
  readonly enlarge?: boolean;
  readonly gravity?: ClientGravity;
  readonly crop?: { readonly width: number; readonly height: number; readonly gravity?: ClientGravity };
  /** Hexadecimal, `fff` or `ff8000`. */
  readonly background?: string;
  /** 1 to 100. */
  readonly quality?: number;
  /** When it is left out, the browser's Accept header decides. */
  readonly format?: "webp" | "jpeg" | "png";
  readonly autoRotate?: boolean;
  readonly rotate?: 0 | 90 | 180 | 270;
  /** Unix seconds. From then on the URL answers 410. */
  readonly expires?: number;
  readonly cachebuster?: string;
  readonly filename?: string;
  readonly attachment?: boolean;
};

/** Key and salt in hexadecimal, as in SIGNING_KEYS and SIGNING_SALTS; `size` as SIGNATURE_SIZE (default 32 bytes). */
export type Signing = { readonly key: string; readonly salt: string; readonly size?: number };

/**
 * The path that is signed: `/w:320/{base64url of the source}`. Throws a TypeError when the source is no absolute http(s)
 * URL or an option does not exist. Throws a RangeError when a width or height is no whole number from 0 to 65535, when a
 * side of a crop is too small, or when an option does not take the word.
 */
export function imagePath(source: string, options: ImageOptions = {}): string {
  if (!isHttpUrl(source)) {
    throw new TypeError(`The source is no absolute http or https URL: ${source}`);
  }
  for (const [name, value] of Object.entries(options)) checkOption(name, value);
  const segments = Object.entries(WRITERS).flatMap(([name, write]) => {
    const value = options[name as keyof ImageOptions];
    return value === undefined ? [] : [(write as (value: unknown) => string)(value)];
  });
  return `/${[...segments, toBase64url(new TextEncoder().encode(source))].join("/")}`;
}

/**
 * A signed URL. `endpoint` is where the proxy answers, e.g. `https://img.example.org`; empty gives a path. Throws as
 * `imagePath`, and a TypeError for a key or salt that is missing or not hexadecimal.
 */
export async function signedUrl(
  endpoint: string,
  source: string,
  options: ImageOptions,
  signing: Signing,
): Promise<string> {
  const path = imagePath(source, options);
  if (signing === undefined) throw new TypeError("The signing key and salt are missing: the fourth argument");
  const pair = { key: bytesOf(signing.key, "key"), salt: bytesOf(signing.salt, "salt") };
  return `${withoutSlash(endpoint)}/${await signPath(path, pair, signing.size)}${path}`;
}

/** An unsigned URL, for a proxy without keys and a source on its list. Sizes snap up to the proxy's ladder. */
export function unsignedUrl(endpoint: string, source: string, options: ImageOptions = {}): string {
  return `${withoutSlash(endpoint)}/unsafe${imagePath(source, options)}`;
}

/** A `srcset` of widths in pixels; `urlOf` makes the URL of one width. */
export async function srcset(
  widths: readonly number[],
  urlOf: (width: number) => string | Promise<string>,
): Promise<string> {
  const entries = await Promise.all(widths.map(async (width) => `${await urlOf(width)} ${width}w`));
  return entries.join(", ");
}

type Writers = { readonly [K in keyof Required<ImageOptions>]: (value: Required<ImageOptions>[K]) => string };

const WRITERS: Writers = {
  resize: (type) => `rt:${type}`,
  width: (width) => `w:${side(width, "width")}`,
  height: (height) => `h:${side(height, "height")}`,
  dpr: (dpr) => `dpr:${quantise(dpr)}`,
  enlarge: (yes) => `el:${flag(yes)}`,
  gravity: (gravity) => `g:${gravityText(gravity)}`,
  crop: ({ width, height, gravity }) =>
    `c:${cropSide(width, "width")}:${cropSide(height, "height")}${gravity === undefined ? "" : `:${gravityText(gravity)}`}`,
  background: (colour) => `bg:${colour}`,
  quality: (quality) => `q:${quality}`,
  format: (format) => `f:${format}`,
  autoRotate: (yes) => `ar:${flag(yes)}`,
  rotate: (degrees) => `rot:${degrees}`,
  expires: (seconds) => `exp:${seconds}`,
  cachebuster: (text) => `cb:${encodeURIComponent(text)}`,
  filename: (name) => `fn:${toBase64url(new TextEncoder().encode(name))}:t`,
  attachment: (yes) => `att:${flag(yes)}`,
};

/** The words of the options that take one, as the proxy reads them. */
const WORDS = {
  resize: RESIZE_TYPES,
  format: outputFormats().map(([name]) => name),
  rotate: ROTATIONS,
} as const satisfies { readonly [K in keyof ImageOptions]?: readonly NonNullable<ImageOptions[K]>[] };

/** Refuses a misspelt option or word here. Otherwise it would be signed and then refused by the proxy. */
function checkOption(name: string, value: unknown): void {
  if (!Object.hasOwn(WRITERS, name)) {
    throw new TypeError(`There is no option ${name}: one of ${Object.keys(WRITERS).join(", ")}`);
  }
  const words: readonly unknown[] | undefined = WORDS[name as keyof typeof WORDS];
  if (value === undefined || words === undefined || words.includes(value)) return;
  throw new RangeError(`The ${name} cannot be ${value}: one of ${words.join(", ")}`);
}

function gravityText({ at, x = 0, y = 0 }: ClientGravity): string {
  const [left, top] = at === "fp" ? [quantise(x), quantise(y)] : [quantiseLength(x), quantiseLength(y)];
  return left === 0 && top === 0 && at !== "fp" ? at : `${at}:${left}:${top}`;
}

/** A share that rounds to 0 is refused: 0 means the whole side. */
function cropSide(value: number, name: string): number {
  const side = quantiseLength(value);
  if (side === 0 && value !== 0) throw new RangeError(`The crop ${name} cannot be ${value}: 0, or at least 0.000001`);
  return side;
}

function side(pixels: number, name: string): number {
  if (Number.isInteger(pixels) && pixels >= 0 && pixels <= MAX_SIDE) return pixels;
  throw new RangeError(`The ${name} cannot be ${pixels}: a whole number from 0 to ${MAX_SIDE}`);
}

function flag(yes: boolean): string {
  return yes ? "t" : "f";
}

function withoutSlash(endpoint: string): string {
  return endpoint.endsWith("/") ? endpoint.slice(0, -1) : endpoint;
}

/** Hexadecimal -> bytes. Callers without types may pass an environment variable that is not set. */
function bytesOf(hex: string | undefined, name: string): Uint8Array {
  if (hex === undefined || hex === "") throw new TypeError(`The signing ${name} is missing`);
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(hex)) {
    const list = hex.includes(",") ? "; of a list give one" : "";
    throw new TypeError(`The signing ${name} is not an even number of hexadecimal digits${list}`);
  }
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
