/** A IIIF server's description of one picture: `info.json` of the Image API 1.1, 2.1 and 3.0. A hostile file is refused. */
import type { Size } from "../../image/picture.ts";

/** The part that decides sizes. In pixels. */
export type IiifInfo = {
  readonly version: 1 | 2 | 3;
  /** 0: only `sizes`. 1 and 2: any width. */
  readonly level: 0 | 1 | 2;
  readonly width: number;
  readonly height: number;
  /** Sizes of the whole picture that the server has ready, ascending. */
  readonly sizes: readonly Size[];
  readonly maxWidth: number | null;
  readonly maxHeight: number | null;
  readonly maxArea: number | null;
};

/** A longer info.json is not read. Real ones have a few kilobytes. */
export const MAX_INFO_BYTES = 256 * 1024;
/** How long an info.json is kept, in seconds. */
export const INFO_FRESH_SECONDS = 86_400;

/** The largest side that is believed. */
const MAX_SIDE = 1_000_000;
/** More sizes than a pyramid of the largest picture has are not looked at. */
const MAX_SIZES = 64;

type Json = Readonly<Record<string, unknown>>;

/** Text of an info.json -> what it says; null = no valid one. Never throws. Pure. */
export function parseIiifInfo(text: string): IiifInfo | null {
  if (text.length > MAX_INFO_BYTES) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(json)) return null;
  const width = side(json.width);
  const height = side(json.height);
  const profiles = Array.isArray(json.profile) ? json.profile.slice(0, MAX_SIZES) : [json.profile];
  const level = levelOf(profiles);
  if (width === null || height === null || level === null) return null;
  const limits = [json, ...profiles.filter(isObject)];
  const maxWidth = first(limits, "maxWidth");
  return {
    ...{ version: versionOf(json), width, height, maxWidth },
    level: level === 0 && features(json, profiles).includes("sizeByW") ? 1 : level,
    sizes: sizesOf(json.sizes, width, height),
    // Image API 2.1 5.3: without maxHeight, maxWidth limits both sides.
    maxHeight: first(limits, "maxHeight") ?? maxWidth,
    maxArea: first(limits, "maxArea", MAX_SIDE * MAX_SIDE),
  };
}

function versionOf({ "@context": context, type }: Json): 1 | 2 | 3 {
  const names = (Array.isArray(context) ? context.slice(0, MAX_SIZES) : [context]).map(String);
  if (type === "ImageService3" || names.some((name) => name.includes("/image/3/"))) return 3;
  return names.some((name) => name.includes("/image/2/")) ? 2 : 1;
}

/** `level2`, `http://iiif.io/api/image/2/level2.json`, `http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1` */
function levelOf(profiles: readonly unknown[]): 0 | 1 | 2 | null {
  for (const profile of profiles) {
    const digit = typeof profile === "string" ? /level([012])(?:\.json)?$/.exec(profile)?.[1] : undefined;
    if (digit !== undefined) return digit === "0" ? 0 : digit === "1" ? 1 : 2;
  }
  return null;
}

function features(json: Json, profiles: readonly unknown[]): readonly unknown[] {
  const lists = [json.extraFeatures, ...profiles.filter(isObject).map(({ supports }) => supports)];
  return lists.flatMap((list) => (Array.isArray(list) ? list.slice(0, MAX_SIZES) : []));
}

/** Only sizes within the picture, and of its shape: another shape is not the whole picture. */
function sizesOf(list: unknown, width: number, height: number): readonly Size[] {
  if (!Array.isArray(list)) return [];
  const sizes = list.slice(0, MAX_SIZES).flatMap((entry): Size[] => {
    if (!isObject(entry)) return [];
    const [w, h] = [side(entry.width), side(entry.height)];
    if (w === null || h === null || w > width || h > height) return [];
    return Math.abs(h - (w * height) / width) <= 1 + height / width ? [{ width: w, height: h }] : [];
  });
  return sizes.sort((a, b) => a.width - b.width);
}

function first(objects: readonly Json[], name: string, most = MAX_SIDE): number | null {
  for (const object of objects) {
    const value = side(object[name], most);
    if (value !== null) return value;
  }
  return null;
}

function side(value: unknown, most = MAX_SIDE): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most ? value : null;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
