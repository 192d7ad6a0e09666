/** The box that a picture is fitted to, the factors that fit it, and the size of what is left of it. */
import type { ResizeType, Transform } from "../../request/transform.ts";
import type { Size } from "../picture.ts";

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
export type Box = Size & { readonly mode: Mode; readonly zoomed: Size };

export function boxOf(source: Size, transform: Transform): Box {
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

export type Scales = { readonly x: number; readonly y: number; readonly dpr: number };

/** Factors for both sides, and the device pixel ratio, which is lowered when the picture must not grow. */
export function computeScales(source: Size, transform: Transform, box: Box): Scales {
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

export function scaledSide(side: number, scale: number): number {
  return Math.max(1, Math.round(side * scale));
}

/** The size of the result: the scaled picture, or what is left of it after a fill cuts it. */
export function resultSize(scaled: Size, { zoomed: { width, height }, mode }: Box, dpr: number, cuts: boolean): Size {
  if (mode.result === "whole" && !cuts) return scaled;
  const wish = {
    width: width === 0 ? scaled.width : Math.max(1, Math.round(width * dpr)),
    height: height === 0 ? scaled.height : Math.max(1, Math.round(height * dpr)),
  };
  // With one side there is no proportion.
  if (mode.result === "cut in proportion" && width > 0 && height > 0) return shrinkTo(wish, scaled);
  return { width: Math.min(wish.width, scaled.width), height: Math.min(wish.height, scaled.height) };
}

/** fill-down for a picture that is too small: the requested aspect ratio, as large as the picture allows. */
function shrinkTo(wish: Size, scaled: Size): Size {
  const share = Math.min(1, scaled.width / wish.width, scaled.height / wish.height);
  return { width: scaledSide(wish.width, share), height: scaledSide(wish.height, share) };
}
