/** The canvas around a result: extended to a size or a proportion, then padded. */
import type { Gravity, Transform } from "../../request/transform.ts";
import type { Rect, Size } from "../picture.ts";
import { place, roundHalfToEven } from "./place.ts";
import type { Box } from "./scales.ts";

/** `left` and `top`: where the picture's upper left corner stands. */
export type Canvas = Rect;

/** The canvas: extended to the box, then to its proportion, then padded. */
export function canvasOf(
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
