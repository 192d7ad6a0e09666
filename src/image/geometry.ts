/**
 * Which part of the source is shown, and at which size: imgproxy's resizing semantics (documentation: resizing_type,
 * enlarge, dpr, crop, gravity). Pure arithmetic on the upright picture.
 *
 * Rounding: a side is round(source * scale), at least 1 px. A fill cuts at whole pixels of the result, so the window in
 * the source may have fractions.
 */
import { folded, type Gravity, type Transform } from "../request/transform.ts";
import type { Rect, Size } from "./picture.ts";

/** The upright source window, the whole pixels the filter may read, and the result's size. */
export type Geometry = {
  readonly window: Rect;
  readonly bounds: Rect;
  readonly width: number;
  readonly height: number;
};

/** Upright source size and transform -> geometry. Never throws: impossible values are clamped to the picture. */
export function computeGeometry(source: Size, asked: Transform): Geometry {
  // The cache key has this form too, so requests with the same key have exactly the same geometry.
  const transform = folded(asked);
  const bounds = cropRect(source, transform);
  const { x, y, dpr } = computeScales(bounds, transform);
  const scaled = { width: scaledSide(bounds.width, x), height: scaledSide(bounds.height, y) };
  const wanted = resultSize(bounds, scaled, transform, dpr);
  const cut = place(scaled, wanted, transform.gravity, dpr);
  const perX = bounds.width / scaled.width;
  const perY = bounds.height / scaled.height;
  const window = {
    left: bounds.left + cut.left * perX,
    top: bounds.top + cut.top * perY,
    width: wanted.width * perX,
    height: wanted.height * perY,
  };
  return { window, bounds, width: wanted.width, height: wanted.height };
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

type Scales = { readonly x: number; readonly y: number; readonly dpr: number };

/** Factors for both sides, and the device pixel ratio, which is lowered when the picture must not grow. */
function computeScales(source: Size, transform: Transform): Scales {
  const { x, y } = baseScales(source, transform);
  let dpr = transform.dpr;
  let [sx, sy] = [x, y];
  if (!transform.enlarge) {
    const largest = Math.max(sx, sy);
    if (largest > 1) [sx, sy] = [sx / largest, sy / largest];
    dpr = Math.min(dpr, 1 / Math.max(sx, sy));
  }
  return { x: sx * dpr, y: sy * dpr, dpr };
}

/** Factors to CSS pixels, before dpr and before the no-enlarge rule. */
function baseScales(source: Size, { width, height, resize }: Transform): { x: number; y: number } {
  const x = width === 0 ? 1 : width / source.width;
  const y = height === 0 ? 1 : height / source.height;
  const type = resize === "auto" ? autoType(source, width, height) : resize;
  if (type === "force") return { x, y };
  if (width === 0 && height === 0) return { x: 1, y: 1 };
  if (width === 0) return { x: y, y };
  if (height === 0) return { x, y: x };
  const both = type === "fit" ? Math.min(x, y) : Math.max(x, y);
  return { x: both, y: both };
}

/** `auto` is fill when source and result are both portrait or both landscape, else fit. */
function autoType(source: Size, width: number, height: number): "fill" | "fit" {
  const [w, h] = [width || source.width, height || source.height];
  return source.width >= source.height === w >= h ? "fill" : "fit";
}

function scaledSide(side: number, scale: number): number {
  return Math.max(1, Math.round(side * scale));
}

/** The size of the result: the scaled picture, or what is left of it after a fill cuts it. */
function resultSize(source: Size, scaled: Size, { width, height, resize }: Transform, dpr: number): Size {
  const type = resize === "auto" ? autoType(source, width, height) : resize;
  if (type === "fit" || type === "force") return scaled;
  const wish = {
    width: width === 0 ? scaled.width : Math.max(1, Math.round(width * dpr)),
    height: height === 0 ? scaled.height : Math.max(1, Math.round(height * dpr)),
  };
  if (type === "fill-down") return shrinkTo(wish, scaled);
  return { width: Math.min(wish.width, scaled.width), height: Math.min(wish.height, scaled.height) };
}

/** fill-down for a picture that is too small: the requested aspect ratio, as large as the picture allows. */
function shrinkTo(wish: Size, scaled: Size): Size {
  const share = Math.min(1, scaled.width / wish.width, scaled.height / wish.height);
  return { width: scaledSide(wish.width, share), height: scaledSide(wish.height, share) };
}

/** Where the inner rectangle goes: at the compass point with offsets, or around the focus point. Always inside. */
function place(outer: Size, inner: Size, gravity: Gravity, dpr: number): { left: number; top: number } {
  const room = { x: outer.width - inner.width, y: outer.height - inner.height };
  if (gravity.kind === "focus") {
    return {
      left: clamp(Math.round(outer.width * gravity.x - inner.width / 2), room.x),
      top: clamp(Math.round(outer.height * gravity.y - inner.height / 2), room.y),
    };
  }
  const offset = (value: number, side: number) => Math.round(Math.abs(value) >= 1 ? value * dpr : value * side);
  const dx = offset(gravity.x, outer.width);
  const dy = offset(gravity.y, outer.height);
  const [horizontal, vertical] = EDGES[gravity.at];
  return {
    left: clamp(along(horizontal, room.x, dx), room.x),
    top: clamp(along(vertical, room.y, dy), room.y),
  };
}

type Edge = "start" | "middle" | "end";

const EDGES = {
  ce: ["middle", "middle"],
  no: ["middle", "start"],
  so: ["middle", "end"],
  ea: ["end", "middle"],
  we: ["start", "middle"],
  noea: ["end", "start"],
  nowe: ["start", "start"],
  soea: ["end", "end"],
  sowe: ["start", "end"],
} as const satisfies Record<string, readonly [Edge, Edge]>;

/** An offset from an edge moves inwards. An offset from the middle moves right or down. */
function along(edge: Edge, room: number, offset: number): number {
  if (edge === "start") return offset;
  return edge === "end" ? room - offset : Math.floor((room + 1) / 2) + offset;
}

function clamp(value: number, room: number): number {
  return Math.max(0, Math.min(room, value));
}
