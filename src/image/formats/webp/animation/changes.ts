/** What changes from one frame to the next, in pixels as words (bytes R, G, B, A in memory). Pure. */
import type { Rect, Size } from "../../../picture.ts";

/** Fixed point of `toleranceOf`'s line: the difference that is let through at quality 0, and at 100. */
const AT_WORST = 31;
const AT_BEST = 1;

/**
 * How far a channel may be from what is shown already and still count as unchanged. At this quality the encoder changes
 * pixels by more. libwebp's encoder of animations has the same rule (anim_encode.c, QualityToMaxDiff).
 */
export function toleranceOf(quality: number): number {
  const share = Math.sqrt(quality / 100);
  return Math.floor(AT_WORST * (1 - share) + AT_BEST * share + 0.5);
}

/** Whether two pixels look the same: equal alpha, and each channel within the tolerance. What is transparent has no colour. */
function isSimilar(a: number, b: number, tolerance: number): boolean {
  if (a >>> 24 !== b >>> 24) return false;
  if (a >>> 24 === 0) return true;
  return (
    Math.abs((a & 255) - (b & 255)) <= tolerance &&
    Math.abs(((a >>> 8) & 255) - ((b >>> 8) & 255)) <= tolerance &&
    Math.abs(((a >>> 16) & 255) - ((b >>> 16) & 255)) <= tolerance
  );
}

/** Index of the first pixel in [from, to) that looks different, or `to`. */
function firstChange(shown: Uint32Array, next: Uint32Array, from: number, to: number, tolerance: number): number {
  for (let at = from; at < to; at++) {
    const a = shown[at] as number;
    const b = next[at] as number;
    if (a !== b && !isSimilar(a, b, tolerance)) return at;
  }
  return to;
}

/** Index behind the last pixel in [from, to) that looks different, or `from`. */
function lastChange(shown: Uint32Array, next: Uint32Array, from: number, to: number, tolerance: number): number {
  for (let at = to; at > from; at--) {
    const a = shown[at - 1] as number;
    const b = next[at - 1] as number;
    if (a !== b && !isSimilar(a, b, tolerance)) return at;
  }
  return from;
}

/** Whether the pixels from index `from` up to `to` look the same. */
export function isSameRun(shown: Uint32Array, next: Uint32Array, from: number, to: number, tolerance: number): boolean {
  return firstChange(shown, next, from, to, tolerance) === to;
}

/** The smallest rectangle outside of which `next` looks like `shown`; null when all of it does. */
export function changedRect(shown: Uint32Array, next: Uint32Array, size: Size, tolerance: number): Rect | null {
  const { width, height } = size;
  const first = firstChange(shown, next, 0, width * height, tolerance);
  if (first === width * height) return null;
  const top = Math.floor(first / width);
  const bottom = Math.ceil(lastChange(shown, next, top * width, width * height, tolerance) / width);
  let [left, right] = [width, 0];
  for (let row = top * width; row < bottom * width; row += width) {
    left = firstChange(shown, next, row, row + left, tolerance) - row;
    right = lastChange(shown, next, row + right, row + width, tolerance) - row;
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** A frame's left and top are stored as halves (RFC 9649 2.7.1.1), and colour is stored for squares of 2 x 2 pixels. */
export function evenRect({ left, top, width, height }: Rect, size: Size): Rect {
  const [x, y] = [left & ~1, top & ~1];
  const right = Math.min(size.width, (left + width + 1) & ~1);
  const bottom = Math.min(size.height, (top + height + 1) & ~1);
  return { left: x, top: y, width: right - x, height: bottom - y };
}

/** Copies a rectangle from one picture of this width to another of the same size. */
export function copyRect(from: Uint32Array, to: Uint32Array, { left, top, ...rect }: Rect, width: number): void {
  for (let y = top; y < top + rect.height; y++) {
    const at = y * width + left;
    to.set(from.subarray(at, at + rect.width), at);
  }
}

/** Makes a rectangle transparent. */
export function clearRect(pixels: Uint32Array, { left, top, ...rect }: Rect, width: number): void {
  for (let y = top; y < top + rect.height; y++) pixels.fill(0, y * width + left, y * width + left + rect.width);
}
