/**
 * Which part of the source is shown, and at which size: imgproxy's resizing semantics (documentation: resizing_type,
 * enlarge, dpr, crop, gravity, extend, min-width, zoom, padding), and two of other grammars (`MODES`). Pure arithmetic on the upright picture.
 *
 * Rounding: a side is round(source * scale), at least 1 px. A fill cuts at whole pixels of the result, so the window in
 * the source may have fractions.
 */
import { folded, type Gravity, hasLeast, type ResizeType, type Transform } from "../request/transform.ts";
import type { Rect, Size } from "./picture.ts";

/** The upright source window, the whole pixels the filter may read, and the size of what is made of it. */
export type Geometry = {
  readonly window: Rect;
  readonly bounds: Rect;
  readonly width: number;
  readonly height: number;
  /** The result when it is larger than the picture, and where the picture stands in it. null = it is the picture. */
  readonly canvas: Canvas | null;
};

/** `left` and `top`: where the picture's upper left corner stands. */
export type Canvas = Rect;

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
  return { window, bounds, width: wanted.width, height: wanted.height, canvas };
}

type Mode = {
  /** Which of the two factors counts: the picture lies in the box, covers it, or each side has its own. */
  readonly factor: "smaller" | "larger" | "each";
  /** What the result is: the whole scaled picture, what the box leaves of it, or that in the box's proportion. */
  readonly result: "whole" | "cut" | "cut in proportion";
  /** The box is lowered, in its own proportion, until it is nowhere larger than the picture. */
  readonly lowersBox?: true;
};

/** Every resizing type but `auto`, which is one of them. */
const MODES = {
  fit: { factor: "smaller", result: "whole" },
  "fit-down": { factor: "smaller", result: "whole", lowersBox: true },
  outside: { factor: "larger", result: "whole" },
  fill: { factor: "larger", result: "cut" },
  "fill-down": { factor: "larger", result: "cut in proportion" },
  force: { factor: "each", result: "whole" },
} as const satisfies Record<Exclude<ResizeType, "auto">, Mode>;

/**
 * What the picture is fitted to, in CSS pixels; a side of 0 follows the other. `width` and `height` are without the zoom,
 * which decides about the type and the factors; `zoomed` is with it.
 */
type Box = Size & { readonly mode: Mode; readonly zoomed: Size };

function boxOf(source: Size, transform: Transform): Box {
  const box = modeBoxOf(source, transform);
  const { x, y } = transform.zoom;
  return { ...box, zoomed: { width: box.width * x, height: box.height * y } };
}

function modeBoxOf(source: Size, { width, height, dpr, resize }: Transform): Omit<Box, "zoomed"> {
  const mode: Mode = MODES[resize === "auto" ? autoType(source, width, height) : resize];
  if (!mode.lowersBox) return { width, height, mode };
  const largest = (side: number, of: number) => (side === 0 ? 1 : of / (side * dpr));
  const share = Math.min(1, largest(width, source.width), largest(height, source.height));
  return { width: width * share, height: height * share, mode };
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
function computeScales(source: Size, transform: Transform, box: Box): Scales {
  const { x, y } = baseScales(source, box);
  const { zoom, minWidth, minHeight } = transform;
  let dpr = transform.dpr;
  let [sx, sy] = [x * zoom.x, y * zoom.y];
  if (!transform.enlarge) {
    const largest = Math.max(sx, sy);
    if (largest > 1) [sx, sy] = [sx / largest, sy / largest];
    dpr = Math.min(dpr, 1 / Math.max(sx, sy));
  }
  // As in imgproxy a least size enlarges whatever `enlarge` says, and dpr multiplies it too.
  const wider = Math.max(1, minWidth / source.width / sx);
  [sx, sy] = [sx * wider, sy * wider];
  const higher = Math.max(1, minHeight / source.height / sy);
  [sx, sy] = [sx * higher, sy * higher];
  return { x: sx * dpr, y: sy * dpr, dpr };
}

/** Factors to CSS pixels, before dpr and before the no-enlarge rule. */
function baseScales(source: Size, { width, height, mode }: Box): { x: number; y: number } {
  const x = width === 0 ? 1 : width / source.width;
  const y = height === 0 ? 1 : height / source.height;
  if (mode.factor === "each") return { x, y };
  if (width === 0 && height === 0) return { x: 1, y: 1 };
  if (width === 0) return { x: y, y };
  if (height === 0) return { x, y: x };
  const both = mode.factor === "smaller" ? Math.min(x, y) : Math.max(x, y);
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
function resultSize(scaled: Size, { zoomed: { width, height }, mode }: Box, dpr: number, cuts: boolean): Size {
  if (mode.result === "whole" && !cuts) return scaled;
  const wish = {
    width: width === 0 ? scaled.width : Math.max(1, Math.round(width * dpr)),
    height: height === 0 ? scaled.height : Math.max(1, Math.round(height * dpr)),
  };
  if (mode.result === "cut in proportion") return shrinkTo(wish, scaled);
  return { width: Math.min(wish.width, scaled.width), height: Math.min(wish.height, scaled.height) };
}

/** The canvas: extended to the box, then to its proportion, then padded. */
function canvasOf(
  result: Size,
  { extend, extendRatio, padding }: Transform,
  { zoomed }: Box,
  dpr: number,
): Canvas | null {
  const box = { width: Math.round(zoomed.width * dpr), height: Math.round(zoomed.height * dpr) };
  let canvas: Canvas = { left: 0, top: 0, width: result.width, height: result.height };
  if (extend !== null) canvas = extended(canvas, box, extend, dpr);
  if (extendRatio !== null && box.width > 0 && box.height > 0) {
    canvas = extended(canvas, sizeInProportion(canvas, box), extendRatio, dpr);
  }
  if (padding !== null) {
    const [top, right, bottom, left] = [padding.top, padding.right, padding.bottom, padding.left].map((side) =>
      roundHalfToEven(side * dpr),
    ) as [number, number, number, number];
    const { width, height } = canvas;
    const size = { width: width + left + right, height: height + top + bottom };
    canvas = { left: canvas.left + left, top: canvas.top + top, ...size };
  }
  return canvas.width === result.width && canvas.height === result.height ? null : canvas;
}

/** A canvas of at least this size, the one before on it at its place. */
function extended(canvas: Canvas, to: Size, gravity: Gravity, dpr: number): Canvas {
  const size = { width: Math.max(canvas.width, to.width), height: Math.max(canvas.height, to.height) };
  const at = place(size, canvas, gravity, dpr);
  return { left: canvas.left + at.left, top: canvas.top + at.top, ...size };
}

/** The smallest size in the proportion of the box that holds a size. */
function sizeInProportion({ width, height }: Size, box: Size): Size {
  const [x, y] = [box.width / width, box.height / height];
  if (y > x) return { width, height: Math.round((width * box.height) / box.width) };
  return x > y ? { width: Math.round((height * box.width) / box.height), height } : { width, height };
}

/** imgproxy rounds padding so. */
function roundHalfToEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** fill-down for a picture that is too small: the requested aspect ratio, as large as the picture allows. */
function shrinkTo(wish: Size, scaled: Size): Size {
  const share = Math.min(1, scaled.width / wish.width, scaled.height / wish.height);
  return { width: scaledSide(wish.width, share), height: scaledSide(wish.height, share) };
}

/** Where the inner rectangle goes: at the compass point with offsets, or around the focus point. Always inside. */
function place(outer: Size, inner: Size, gravity: Gravity, dpr: number): { left: number; top: number } {
  const room = { x: outer.width - inner.width, y: outer.height - inner.height };
  if (gravity.kind !== "compass") {
    // The engine has put a point in the place of `smart`. Whoever only asks for sizes gets the middle.
    const { x, y } = gravity.kind === "focus" ? gravity : { x: 0.5, y: 0.5 };
    return {
      left: clamp(Math.round(outer.width * x - inner.width / 2), room.x),
      top: clamp(Math.round(outer.height * y - inner.height / 2), room.y),
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
