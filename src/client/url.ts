/**
 * Builds the proxy's URLs in browsers, Node and Workers, without dependencies. Sources are written in base64, which no
 * zone or proxy rewrites. Sign where the key is safe (on a server, in a build), never in a page.
 */

import { LADDER as RUNGS } from "../config/ladder.ts";
import type { OutputFormat } from "../image/formats/registry.ts";
import { toBase64url } from "../request/signing/base64url.ts";
import { isHttpUrl } from "../request/source/canonicalSource.ts";
import { RESIZE_TYPES, ROTATIONS } from "../request/transform.ts";
import { hmacSha256 } from "./hmac.ts";
import { photonQuery } from "./photon.ts";
import { type Check, colour, crop, decimal, flag, gravity, license, side, text, whole, word } from "./values.ts";

export type Compass = "ce" | "no" | "so" | "ea" | "we" | "noea" | "nowe" | "soea" | "sowe";

/** A compass point with an offset (pixels, or a share of the side below 1), or a point to keep in the picture (0 to 1). */
export type ClientGravity =
  | { readonly at: Compass; readonly x?: number; readonly y?: number }
  | { readonly at: "fp"; readonly x: number; readonly y: number };

/** The options of a picture. An option that is left out has imgproxy's default (docs/url.md). */
export type ImageOptions = {
  readonly resize?: "fit" | "fill" | "fill-down" | "force" | "auto" | "outside" | "fit-down";
  readonly width?: number;
  readonly height?: number;
  readonly dpr?: number;
  readonly enlarge?: boolean;
  readonly gravity?: ClientGravity;
  readonly crop?: { readonly width: number; readonly height: number; readonly gravity?: ClientGravity };
  /** Extends the canvas to width and height: where the picture stands on it. */
  readonly extend?: ClientGravity;
  /** Colour of the extended canvas, as `background`. */
  readonly extendColour?: string;
  /** Hexadecimal, `fff` or `ff8000`. */
  readonly background?: string;
  /** 1 to 100. */
  readonly quality?: number;
  /** When it is left out, the browser's Accept header decides. */
  readonly format?: "webp" | "jpeg" | "png";
  readonly autoRotate?: boolean;
  readonly rotate?: 0 | 90 | 180 | 270;
  /** Whether rights of the source's own file are kept. When it is left out, the proxy's `KEEP_COPYRIGHT` decides. */
  readonly keepCopyright?: boolean;
  /** Rights of a source that carries none: the name or the address of a licence, and a creator. Only in signed URLs. */
  readonly license?: { readonly license?: string; readonly creator?: string };
  /** Unix seconds. From then on the URL answers 410. */
  readonly expires?: number;
  readonly cachebuster?: string;
  readonly filename?: string;
  readonly attachment?: boolean;
};

/** Key and salt in hexadecimal, as in SIGNING_KEYS and SIGNING_SALTS; `size` as SIGNATURE_SIZE (default 32 bytes). */
export type Signing = { readonly key: string; readonly salt: string; readonly size?: number };

/** The parameters of a Photon URL. Sides are in pixels. */
export type PhotonOptions = {
  /** Without cutting or growing. */
  readonly width?: number;
  readonly height?: number;
  /** Fits into a box of width and height. */
  readonly fit?: readonly [width: number, height: number];
  /** Fills a box of width and height, and cuts what is over. */
  readonly resize?: readonly [width: number, height: number];
  /** Cuts a piece out first. All in percent of the picture's side. */
  readonly crop?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** 1 to 100. */
  readonly quality?: number;
  /** Multiplies sizes, 0.1 to 10. */
  readonly zoom?: number;
};

/** The sizes that a proxy with the default `LADDER` makes of unsigned requests: good widths for a `srcset`. */
export const LADDER: readonly number[] = RUNGS;

/**
 * The path that is signed: `/w:320/{base64url of the source}`. Throws a TypeError when the source is no absolute http(s)
 * URL or an option does not exist, and a RangeError that says value and limit when the proxy would not take a value.
 */
export function imagePath(source: string, options: ImageOptions = {}): string {
  checkSource(source);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(WRITERS, name)) {
      throw new TypeError(`There is no option ${name}: one of ${Object.keys(WRITERS).join(", ")}`);
    }
  }
  const segments = Object.entries(WRITERS).flatMap(([name, [short, write]]) => {
    const value = options[name as keyof ImageOptions];
    return value === undefined ? [] : [`${short}:${write(value, name)}`];
  });
  return `/${[...segments, toBase64url(bytesOfText(source))].join("/")}`;
}

/** `signedUrlSync` as a promise, which an error rejects. */
export async function signedUrl(
  endpoint: string,
  source: string,
  options: ImageOptions,
  signing: Signing,
): Promise<string> {
  return signedUrlSync(endpoint, source, options, signing);
}

/**
 * A signed URL at once, for image loaders of frameworks. `endpoint` is where the proxy answers, such as
 * `https://img.example.org`; empty gives a path. Throws as `imagePath`, and a TypeError for an endpoint, key or salt that
 * is missing or not hexadecimal.
 */
export function signedUrlSync(endpoint: string, source: string, options: ImageOptions, signing: Signing): string {
  const path = imagePath(source, options);
  if (signing === undefined) throw new TypeError("The signing key and salt are missing: the fourth argument");
  const [key, salt] = [bytesOf(signing.key, "key"), bytesOf(signing.salt, "salt")];
  const size = Number(whole(16, 32)(signing.size ?? 32, "signature size"));
  const signature = hmacSha256(key, Uint8Array.of(...salt, ...bytesOfText(path)));
  return `${withoutSlash(endpoint)}/${toBase64url(signature.subarray(0, size))}${path}`;
}

/** An unsigned URL, for a proxy without keys and a source on its list. Sizes snap up to the proxy's ladder. */
export function unsignedUrl(endpoint: string, source: string, options: ImageOptions = {}): string {
  return `${withoutSlash(endpoint)}/unsafe${imagePath(source, options)}`;
}

/**
 * A Photon URL, as Jetpack and Openverse write it, for a source on the proxy's list. A port, a query and HTTPS are kept; a
 * fragment is not. Throws as `imagePath`.
 */
export function photonUrl(endpoint: string, source: string, options: PhotonOptions = {}): string {
  checkSource(source);
  const { protocol, host, pathname, search } = new URL(source);
  const query = photonQuery(options, protocol === "https:", search.slice(1));
  return `${withoutSlash(endpoint)}/photon/${host}${pathname}${query === "" ? "" : `?${query}`}`;
}

/** A `srcset` of widths in pixels; `urlOf` makes the URL of one width. */
export async function srcset(
  widths: readonly number[],
  urlOf: (width: number) => string | Promise<string>,
): Promise<string> {
  const entries = await Promise.all(widths.map(async (width) => `${await urlOf(width)} ${width}w`));
  return entries.join(", ");
}

/** What can be made, the best first. The registry itself would double the size of this file. */
const FORMATS = { webp: true, jpeg: true, png: true } as const satisfies Record<OutputFormat, true>;

/** For each option its short name in a URL and the check that writes its value. */
const WRITERS: { readonly [K in keyof Required<ImageOptions>]: readonly [short: string, write: Check] } = {
  resize: ["rt", word(RESIZE_TYPES)],
  width: ["w", side],
  height: ["h", side],
  dpr: ["dpr", decimal(0.1, 10)],
  enlarge: ["el", flag],
  gravity: ["g", gravity],
  crop: ["c", crop],
  extend: ["ex", (value, name) => `t:${gravity(value, name)}`],
  extendColour: ["exbg", colour],
  background: ["bg", colour],
  quality: ["q", whole(0, 100)],
  format: ["f", word(Object.keys(FORMATS))],
  autoRotate: ["ar", flag],
  rotate: ["rot", word(ROTATIONS)],
  keepCopyright: ["kcr", flag],
  license: ["license", license],
  expires: ["exp", whole(0, 99_999_999_999)],
  cachebuster: ["cb", (value, name) => encodeURIComponent(text(/^\P{Cs}*$/u, "a well-formed text")(value, name))],
  filename: ["fn", (value, name) => `${toBase64url(bytesOfText(FILENAME(value, name)))}:t`],
  attachment: ["att", flag],
};

const FILENAME = text(/^[^\0-\x1f\x7f/\\]{0,200}$/, "at most 200 characters, none of them / \\ or a control character");

function checkSource(source: string): void {
  if (!isHttpUrl(source)) throw new TypeError(`The source is no absolute http or https URL: ${source}`);
}

function bytesOfText(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function withoutSlash(endpoint: string): string {
  if (typeof endpoint !== "string") throw new TypeError(`The endpoint is no text: ${endpoint}`);
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
