/** Where a watermark stands on a result, as imgproxy places it (documentation: watermark). Pure. */
import { TILES, type Watermark } from "../../request/transform.ts";
import type { Rect, Size } from "../picture.ts";
import { EDGES, type Edge, roundHalfToEven } from "./place.ts";

/**
 * The watermark in pixels of the result. It may reach over the edges. `every`: it is repeated in steps of so many pixels;
 * null = it stands there once.
 */
export type MarkPlace = Rect & { readonly every: Size | null };

/** `mark`: the watermark's own upright size. `dpr` multiplies offsets that are pixels. */
export function placeMark(result: Size, mark: Size, { at, x, y, scale }: Watermark, dpr: number): MarkPlace {
  const size = scale === 0 ? mark : fitted(mark, result, scale);
  const offset = (value: number, side: number) => roundHalfToEven(Math.abs(value) >= 1 ? value * dpr : value * side);
  const [dx, dy] = [offset(x, result.width), offset(y, result.height)];
  if (at === TILES) {
    const every = { width: Math.max(1, size.width + dx), height: Math.max(1, size.height + dy) };
    const left = firstTile(result.width, every.width, dx);
    return { ...size, left, top: firstTile(result.height, every.height, dy), every };
  }
  const [horizontal, vertical] = EDGES[at];
  const left = along(horizontal, result.width, size.width, dx);
  return { ...size, left, top: along(vertical, result.height, size.height, dy), every: null };
}

/** As large as a share of the result allows, in its own proportion. */
function fitted({ width, height }: Size, result: Size, scale: number): Size {
  const box = (side: number) => Math.max(1, roundHalfToEven(side * scale));
  const factor = Math.min(box(result.width) / width, box(result.height) / height);
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** An odd number of cells covers the side, so that one of them is in the middle. Half of the space comes before its tile. */
function firstTile(side: number, every: number, space: number): number {
  const cells = Math.ceil(side / every);
  const odd = cells % 2 === 0 ? cells + 1 : cells;
  return Math.trunc(space / 2) - Math.trunc((odd * every - side) / 2);
}

/** An offset from an edge moves inwards. At least one pixel of the watermark stays on the result. */
function along(edge: Edge, outer: number, inner: number, offset: number): number {
  const room = outer - inner;
  const middle = roundHalfToEven((room + 1) / 2) + offset;
  const at = edge === "start" ? offset : edge === "end" ? room - offset : middle;
  return Math.max(1 - inner, Math.min(outer - 1, at));
}
