/** Paths and unsigned URLs of pictures. All that this file exports is part of the package (`firstlight/url`, `firstlight/client`). */

import { LADDER as RUNGS } from "../config/ladder.ts";
import type { OutputFormat } from "../image/formats/registry.ts";
import { toBase64url } from "../request/signing/base64url.ts";
import { RESIZE_TYPES, ROTATIONS } from "../request/transform.ts";
import {
  bytesOfText,
  type Check,
  checkSource,
  colour,
  crop,
  decimal,
  flag,
  gravity,
  license,
  place,
  side,
  text,
  watermark,
  whole,
  withoutSlash,
  word,
} from "./values.ts";

export type Compass = "ce" | "no" | "so" | "ea" | "we" | "noea" | "nowe" | "soea" | "sowe";

/**
 * A compass point with an offset (pixels, or a share of the side below 1), a point to keep in the picture (0 to 1), or `sm`,
 * the place that people look at first.
 */
export type ClientGravity =
  | { readonly at: "sm" }
  | { readonly at: Compass; readonly x?: number; readonly y?: number }
  | { readonly at: "fp"; readonly x: number; readonly y: number };

/**
 * The proxy's watermark: its opacity (above 0 to 1), and where it stands; `re` repeats it. Offsets as in a gravity. `scale` is
 * a share of the result's size; left out = the watermark's own size.
 */
export type ClientWatermark = {
  readonly opacity: number;
  readonly at?: Compass | "re";
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
};

/** The options of a picture. An option that is left out has imgproxy's default (docs/front-end/url.md). */
export type ImageOptions = {
  readonly resize?: "fit" | "fill" | "fill-down" | "force" | "auto" | "outside" | "fit-down";
  readonly width?: number;
  readonly height?: number;
  readonly dpr?: number;
  readonly enlarge?: boolean;
  readonly gravity?: ClientGravity;
  readonly crop?: { readonly width: number; readonly height: number; readonly gravity?: ClientGravity };
  /** Extends the canvas to width and height: where the picture stands on it. */
  readonly extend?: Exclude<ClientGravity, { at: "sm" }>;
  /** Colour of the extended canvas, as `background`. */
  readonly extendColour?: string;
  /** Hexadecimal, `fff` or `ff8000`. */
  readonly background?: string;
  /** 1 to 100. */
  readonly quality?: number;
  /** When it is left out, the browser's Accept header decides. */
  readonly format?: "avif" | "webp" | "jpeg" | "png";
  /** 1 makes a still of an animation. When it is left out, the proxy's `MAX_ANIMATION_FRAMES` decides. */
  readonly maxFrames?: 1;
  readonly autoRotate?: boolean;
  readonly rotate?: 0 | 90 | 180 | 270;
  readonly watermark?: ClientWatermark;
  /** `false` keeps the source's colour profile; else colours are converted to sRGB. */
  readonly stripProfile?: boolean;
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

/** An unsigned URL, for a proxy without keys and a source on its list. Sizes snap up to the proxy's ladder. */
export function unsignedUrl(endpoint: string, source: string, options: ImageOptions = {}): string {
  return `${withoutSlash(endpoint)}/unsafe${imagePath(source, options)}`;
}

/** What can be made, the best first. The registry itself would double the size of this file. */
const FORMATS: readonly OutputFormat[] = ["avif", "webp", "jpeg", "png"];

/** For each option its short name in a URL and the check that writes its value. */
const WRITERS: { readonly [K in keyof Required<ImageOptions>]: readonly [short: string, write: Check] } = {
  resize: ["rt", word(RESIZE_TYPES)],
  width: ["w", side],
  height: ["h", side],
  dpr: ["dpr", decimal(0.1, 10)],
  enlarge: ["el", flag],
  gravity: ["g", gravity],
  crop: ["c", crop],
  extend: ["ex", (value, name) => `t:${place(value, name)}`],
  extendColour: ["exbg", colour],
  background: ["bg", colour],
  quality: ["q", whole(0, 100)],
  format: ["f", word(FORMATS)],
  maxFrames: ["da", word([1])],
  autoRotate: ["ar", flag],
  rotate: ["rot", word(ROTATIONS)],
  watermark: ["wm", watermark],
  stripProfile: ["scp", flag],
  keepCopyright: ["kcr", flag],
  license: ["license", license],
  expires: ["exp", whole(0, 99_999_999_999)],
  cachebuster: ["cb", (value, name) => encodeURIComponent(text(/^\P{Cs}*$/u, "a well-formed text")(value, name))],
  filename: ["fn", (value, name) => `${toBase64url(bytesOfText(FILENAME(value, name)))}:t`],
  attachment: ["att", flag],
};

const FILENAME = text(/^[^\0-\x1f\x7f/\\]{0,200}$/, "at most 200 characters, none of them / \\ or a control character");
