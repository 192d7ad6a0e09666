/** Finds what a border of one colour encloses, as libvips does (`vips_find_trim`). */
import type { Trim } from "../../request/transform.ts";
import type { Pixels, Rect } from "../picture.ts";

/** What stands behind transparent pixels, as in imgproxy: a colour that few borders have. */
const BEHIND = [255, 0, 255] as const;
/** More than half of a pixel and its eight neighbours: the median of them. */
const MAJORITY = 5;

/**
 * The rectangle of what is no border. A single pixel is noise: the median of each pixel and its neighbours counts, for each
 * channel. Null when everything is border.
 */
export function findTrim(pixels: Pixels, { threshold, colour, equalX, equalY }: Trim): Rect | null {
  const { width, height } = pixels;
  const border = colour ?? ([0, 1, 2].map((c) => valueAt(pixels, 0, 0, c)) as [number, number, number]);
  const isInside = (x: number, y: number) => differs(pixels, x, y, border, threshold);
  const rowHas = (y: number) => some(0, width, (x) => isInside(x, y));
  const top = first(0, height, rowHas);
  if (top === null) return null;
  const bottom = last(top, height, rowHas) ?? top;
  const columnHas = (x: number) => some(top, bottom + 1, (y) => isInside(x, y));
  const left = first(0, width, columnHas) ?? 0;
  const right = last(left, width, columnHas) ?? left;
  const [x, y] = [ends(left, right, width, equalX), ends(top, bottom, height, equalY)];
  return { left: x.from, top: y.from, width: x.size, height: y.size };
}

/** `equal`: no more is cut off on one side than on the other. */
function ends(from: number, to: number, side: number, equal: boolean): { from: number; size: number } {
  const before = equal ? Math.min(from, side - 1 - to) : from;
  const after = equal ? before : side - 1 - to;
  return { from: before, size: side - before - after };
}

function differs(
  pixels: Pixels,
  x: number,
  y: number,
  border: readonly [number, number, number],
  threshold: number,
): boolean {
  const { width, height } = pixels;
  for (let c = 0; c < 3; c++) {
    let [lighter, darker] = [0, 0];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const value = valueAt(pixels, clamp(x + dx, width), clamp(y + dy, height), c);
        const difference = value - (border[c] as number);
        if (difference > threshold) lighter++;
        else if (difference < -threshold) darker++;
      }
    }
    if (lighter >= MAJORITY || darker >= MAJORITY) return true;
  }
  return false;
}

function valueAt({ width, data, alpha }: Pixels, x: number, y: number, c: number): number {
  const at = 4 * (y * width + x);
  const value = data[at + c] as number;
  if (!alpha) return value;
  const a = data[at + 3] as number;
  return Math.round((value * a + (BEHIND[c] as number) * (255 - a)) / 255);
}

function clamp(at: number, length: number): number {
  return Math.max(0, Math.min(length - 1, at));
}

function some(from: number, to: number, has: (at: number) => boolean): boolean {
  for (let at = from; at < to; at++) if (has(at)) return true;
  return false;
}

function first(from: number, to: number, has: (at: number) => boolean): number | null {
  for (let at = from; at < to; at++) if (has(at)) return at;
  return null;
}

function last(from: number, to: number, has: (at: number) => boolean): number | null {
  for (let at = to - 1; at >= from; at--) if (has(at)) return at;
  return null;
}
