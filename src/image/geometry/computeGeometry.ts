/**
 * Which part of the source is shown, and at which size: imgproxy's resizing semantics (documentation: resizing_type,
 * enlarge, dpr, crop, gravity, extend, min-width, zoom, padding), and two of other grammars (`MODES` in scales.ts). Pure
 * arithmetic on the upright picture.
 *
 * Rounding: a side is round(source * scale), at least 1 px. A fill cuts at whole pixels of the result, so the window in
 * the source may have fractions.
 */
import { folded } from "../../request/folded.ts";
import { hasLeast, type Transform } from "../../request/transform.ts";
import type { Rect, Size } from "../picture.ts";
import { type Canvas, canvasOf } from "./canvas.ts";
import { place } from "./place.ts";
import { boxOf, computeScales, resultSize, scaledSide } from "./scales.ts";

/** The upright source window, the whole pixels the filter may read, and the size of what is made of it. */
export type Geometry = {
  readonly window: Rect;
  readonly bounds: Rect;
  readonly width: number;
  readonly height: number;
  /** The result when it is larger than the picture, and where the picture stands in it. null = it is the picture. */
  readonly canvas: Canvas | null;
  /** All of `bounds` at the result's scale. A result that cuts shows whole pixels of it. */
  readonly scaled: Size;
  /** Where in `scaled` the result begins. */
  readonly cut: { readonly left: number; readonly top: number };
  /** The device pixel ratio that counts. It is less than the one asked for where the picture must not grow. */
  readonly dpr: number;
};

/**
 * Upright source size and transform -> geometry. Never throws: impossible values are clamped to the picture. `area`: what
 * trimming has left of the upright source; null = all of it.
 */
export function computeGeometry(source: Size, asked: Transform, area: Rect | null = null): Geometry {
  if (area === null) return geometryOf(source, asked);
  const { window, bounds, ...rest } = geometryOf({ width: area.width, height: area.height }, asked);
  const moved = (rect: Rect): Rect => ({ ...rect, left: rect.left + area.left, top: rect.top + area.top });
  return { window: moved(window), bounds: moved(bounds), ...rest };
}

function geometryOf(source: Size, asked: Transform): Geometry {
  // The cache key has this form too, so requests with the same key have exactly the same geometry.
  const transform = folded(asked);
  const bounds = cropRect(source, transform);
  const box = boxOf(bounds, transform);
  const { x, y, dpr } = computeScales(bounds, transform, box);
  const scaled = { width: scaledSide(bounds.width, x), height: scaledSide(bounds.height, y) };
  const wanted = resultSize(scaled, box, dpr, hasLeast(transform));
  const cut = place(scaled, wanted, transform.gravity, dpr);
  const perX = bounds.width / scaled.width;
  const perY = bounds.height / scaled.height;
  const window = {
    left: bounds.left + cut.left * perX,
    top: bounds.top + cut.top * perY,
    width: wanted.width * perX,
    height: wanted.height * perY,
  };
  const canvas = canvasOf(wanted, transform, box, dpr);
  return { window, bounds, width: wanted.width, height: wanted.height, canvas, scaled, cut, dpr };
}

/** `crop`: whole source pixels, a share of the side when below 1, the whole side when 0. */
function cropRect(source: Size, { crop, gravity }: Transform): Rect {
  if (crop === null) return { left: 0, top: 0, ...source };
  const size = { width: cropSide(source.width, crop.width), height: cropSide(source.height, crop.height) };
  return { ...place(source, size, crop.gravity ?? gravity, 1), ...size };
}

function cropSide(source: number, wish: number): number {
  if (wish === 0) return source;
  const side = wish < 1 ? source * wish : wish;
  return Math.min(source, Math.max(1, Math.round(side)));
}
