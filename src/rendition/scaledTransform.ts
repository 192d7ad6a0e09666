/** Makes from a smaller copy of a picture what a transform makes from the picture itself. Pure. */
import { computeGeometry, type Geometry } from "../image/geometry/computeGeometry.ts";
import type { Size } from "../image/picture.ts";
import { type Gravity, hasCanvas, hasLeast, limitsSource, NOTHING_MORE, type Transform } from "../request/transform.ts";

/**
 * How much larger the original may be than a variant whose original nobody knows. Any factor over the largest wish will do:
 * the result must be the same for every original from the variant's own size to this one.
 */
const MAYBE_LARGER = 16;

/** Stands for an original that has at least the size of the variant. */
export function maybeLarger({ width, height }: Size): Size {
  return { width: MAYBE_LARGER * width, height: MAYBE_LARGER * height };
}

/**
 * The transform for the copy: the result has the size and shows the part of `source` that `wanted` says. `copy` shows all of
 * `source` upright. Null when `isEnough` refuses the pixels that the copy has for the result, or when the copy cannot give
 * this picture at all. Sizes are upright, in pixels.
 */
export function scaledTransform(
  copy: Size,
  source: Size,
  wanted: Transform,
  isEnough: (window: Size, result: Size) => boolean,
): Transform | null {
  const { resize, width, height } = wanted;
  // These keep the source's own size or one of its sides, or depend on it.
  if (width === 0 && height === 0) return null;
  if ((resize === "force" || resize === "auto") && (width === 0 || height === 0)) return null;
  // The copy is upright, so the source's orientation is lost.
  if (!wanted.autoRotate) return null;
  // What counts as border is decided by the source's own pixels.
  if (wanted.trim !== null) return null;
  // Only the source has its own file, and what the address limits of it.
  if (wanted.raw || wanted.skip.length > 0 || limitsSource(wanted)) return null;
  // A copy has been converted to sRGB.
  if (wanted.keepProfile) return null;
  const swap = wanted.rotate === 90 || wanted.rotate === 270;
  const turned = (size: Size): Size => (swap ? { width: size.height, height: size.width } : size);
  const direct = computeGeometry(turned(source), wanted);
  const same = { ...wanted, crop: relativeCrop(wanted, turned(source)) };
  for (const transform of [same, exactSize(same, direct)]) {
    const scaled = computeGeometry(turned(copy), transform);
    if (scaled.width !== direct.width || scaled.height !== direct.height) continue;
    if (!isSameCanvas(scaled.canvas, direct.canvas)) continue;
    // It multiplies the offsets of the watermark.
    if (wanted.watermark !== null && scaled.dpr !== direct.dpr) continue;
    if (isEnough(scaled.window, scaled)) return transform;
  }
  return null;
}

/** The same crop with sides and offsets as shares of the source instead of pixels. */
function relativeCrop({ crop, gravity }: Transform, source: Size): Transform["crop"] {
  if (crop === null) return null;
  const share = (side: number, of: number) => (side < 1 ? side : side >= of ? 0 : side / of);
  return {
    width: share(crop.width, source.width),
    height: share(crop.height, source.height),
    gravity: relativeGravity(crop.gravity ?? gravity, source),
  };
}

function relativeGravity(gravity: Gravity, source: Size): Gravity {
  if (gravity.kind !== "compass") return gravity;
  // An offset past the picture stays a share: from 1 on it would be read as pixels.
  const largest = 1 - Number.EPSILON;
  const share = (offset: number, of: number) =>
    Math.abs(offset) < 1 ? offset : Math.max(-largest, Math.min(largest, offset / of));
  return { ...gravity, x: share(gravity.x, source.width), y: share(gravity.y, source.height) };
}

function isSameCanvas(a: Geometry["canvas"], b: Geometry["canvas"]): boolean {
  if (a === null || b === null) return a === b;
  return a.width === b.width && a.height === b.height && a.left === b.left && a.top === b.top;
}

/** `fit` as `force` to the exact size. The copy's sides are rounded, so `fit` could be one pixel off. */
function exactSize(transform: Transform, { width, height }: Size): Transform {
  // An extended canvas has the size asked for, not the picture's.
  const keepsDpr = hasCanvas(transform) || hasLeast(transform) || transform.watermark !== null;
  if (transform.resize !== "fit" || keepsDpr) return transform;
  return { ...transform, resize: "force", width, height, dpr: 1, zoom: NOTHING_MORE.zoom, enlarge: true };
}
