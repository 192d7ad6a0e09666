/**
 * The eight orientations as one group: EXIF numbers (TIFF 6.0 tag 0x0112), how they combine, and how they move points,
 * sides and pixels. Number 1 changes nothing; 5..8 swap the sides.
 */

import type { Orientation } from "../formats/exif.ts";
import type { Pixels, Rect, Size, View } from "../picture.ts";

/** Orientation -> mirror left to right first, then turn clockwise by quarter turns. */
const STEPS: Readonly<Record<Orientation, { readonly mirror: boolean; readonly quarters: 0 | 1 | 2 | 3 }>> = {
  1: { mirror: false, quarters: 0 },
  2: { mirror: true, quarters: 0 },
  3: { mirror: false, quarters: 2 },
  4: { mirror: true, quarters: 2 },
  5: { mirror: true, quarters: 3 },
  6: { mirror: false, quarters: 1 },
  7: { mirror: true, quarters: 1 },
  8: { mirror: false, quarters: 3 },
};

/** The orientation `first`, followed by a clockwise turn of 0, 90, 180 or 270 degrees. */
export function turned(first: Orientation, degrees: 0 | 90 | 180 | 270): Orientation {
  const { mirror, quarters } = STEPS[first];
  const total = (quarters + degrees / 90) % 4;
  for (const key of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    if (STEPS[key].mirror === mirror && STEPS[key].quarters === total) return key;
  }
  return 1;
}

/** Whether width and height change places. */
export function swapsSides(orientation: Orientation): boolean {
  return STEPS[orientation].quarters % 2 === 1;
}

/**
 * A rectangle of the upright picture -> the same in the stored picture.
 * `width` and `height` are the upright picture's sides.
 */
export function storedRect(rect: Rect, width: number, height: number, orientation: Orientation): Rect {
  const { mirror, quarters } = STEPS[orientation];
  let at = rect;
  let [w, h] = [width, height];
  for (let i = 0; i < quarters; i++) {
    // A quarter turn back: the upright left edge was the stored bottom edge.
    at = { left: at.top, top: w - at.left - at.width, width: at.height, height: at.width };
    [w, h] = [h, w];
  }
  return mirror ? { ...at, left: w - at.left - at.width } : at;
}

/** A rectangle of the stored picture -> the same in the upright one. `stored`: the stored picture's size. */
export function uprightRect(rect: Rect, { width, height }: Size, orientation: Orientation): Rect {
  // Only the quarter turns have another inverse than themselves.
  const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
  return storedRect(rect, width, height, inverse);
}

/** The size of the upright picture. */
export function uprightSize({ width, height }: Size, orientation: Orientation): Size {
  return swapsSides(orientation) ? { width: height, height: width } : { width, height };
}

/** A view of the upright picture -> the same in the stored picture's coordinates. `stored`: the stored picture's size. */
export function storedView(view: View, stored: Size, orientation: Orientation): View {
  const { width, height } = uprightSize(stored, orientation);
  return {
    window: storedRect(view.window, width, height, orientation),
    bounds: storedRect(view.bounds, width, height, orientation),
    ...uprightSize(view, orientation),
  };
}

/** Stored pixels -> upright pixels, in a new array. Orientation 1 gives the pixels themselves. */
export function upright(pixels: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return pixels;
  const { width, height } = pixels;
  const swap = swapsSides(orientation);
  const [outWidth, outHeight] = swap ? [height, width] : [width, height];
  const from = new Uint32Array(pixels.data.buffer, pixels.data.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  const { start, right, down } = walk(orientation, width, height);
  for (let y = 0, out = 0; y < outHeight; y++) {
    let at = start + y * down;
    for (let x = 0; x < outWidth; x++, at += right) to[out++] = from[at] ?? 0;
  }
  return { ...pixels, width: outWidth, height: outHeight, data: new Uint8Array(to.buffer) };
}

/** Index in the stored picture of the upright picture's first pixel, and the steps to the right and down. */
function walk(orientation: Orientation, w: number, h: number): { start: number; right: number; down: number } {
  const last = w * h - 1;
  switch (orientation) {
    case 1:
      return { start: 0, right: 1, down: w };
    case 2:
      return { start: w - 1, right: -1, down: w };
    case 3:
      return { start: last, right: -1, down: -w };
    case 4:
      return { start: last - w + 1, right: 1, down: -w };
    case 5:
      return { start: 0, right: w, down: 1 };
    case 6:
      return { start: last - w + 1, right: -w, down: 1 };
    case 7:
      return { start: last, right: -w, down: -1 };
    case 8:
      return { start: w - 1, right: w, down: -1 };
  }
}
