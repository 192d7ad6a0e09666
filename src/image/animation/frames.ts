/** The frames of an animation, as they pass from a reader through the engine: one at a time. */
import type { Convert } from "../colour/srgb.ts";
import type { Source } from "../header.ts";
import type { Pixels, Rect, Size } from "../picture.ts";

/** Rows from `top` up to, but not with, `bottom`. */
export type Rows = { readonly top: number; readonly bottom: number };

/** A frame as it is shown: the whole canvas. The reader draws the next frame into the same memory. */
export type ShownFrame = {
  /** `alpha` says exactly whether a pixel of this frame is transparent. */
  readonly pixels: Pixels;
  /** Milliseconds, as browsers show it. */
  readonly delayMs: number;
  /** The rows that may differ from the frame before; of the first frame all rows. */
  readonly changed: Rows;
  /** False when the file ended early or was damaged within this frame. */
  readonly complete: boolean;
};

/** How a format is read frame by frame. */
export type FrameReader = {
  /**
   * File bytes -> the first frames, at most `most` (1 or more). Throws image_damaged when not one pixel of the first frame
   * can be read. Later frames that are damaged show what could be read of them.
   */
  readonly read: (bytes: Uint8Array, source: Source, most: number) => AsyncGenerator<ShownFrame, void>;
  /** Upper estimate of its peak memory, in bytes. */
  readonly memoryBytes: (source: Source, fileBytes: number) => number;
  /** What remains of the conversion to sRGB. Absent: all of what the source's profile asks for. */
  readonly convert?: (source: Source) => Promise<Convert | null>;
};

/** Result frames of one size -> the file. Frames come in the order in which they are shown. */
export type AnimationEncoder = {
  /** The pixels may be used again by the caller after the call. */
  add(pixels: Pixels, delayMs: number): Promise<void>;
  finish(): Promise<Uint8Array>;
};

/** `plays`: how often the animation is shown, 0 = without end. `quality` and `effort`: as in `EncodeOrder`. */
export type AnimationOrder = Size & { readonly plays: number; readonly quality: number; readonly effort: number };
export type StartAnimation = (order: AnimationOrder) => AnimationEncoder;

/** Delays up to this are shown by browsers as `SLOW_MS`: old files have them for "as fast as possible". */
const FAST_MS = 10;
const SLOW_MS = 100;

/** The delay that a file says -> the delay that browsers show, in milliseconds. */
export function shownDelay(milliseconds: number): number {
  return milliseconds <= FAST_MS ? SLOW_MS : milliseconds;
}

/** The part of a rectangle that is on the canvas. It may be empty. */
export function clipped({ left, top, width, height }: Rect, canvas: Size): Rect {
  const [x, y] = [Math.min(left, canvas.width), Math.min(top, canvas.height)];
  return { left: x, top: y, width: Math.min(width, canvas.width - x), height: Math.min(height, canvas.height - y) };
}

/** The smallest run of rows with both in it. */
export function bothRows(a: Rows, b: Rows): Rows {
  if (a.bottom <= a.top) return b;
  if (b.bottom <= b.top) return a;
  return { top: Math.min(a.top, b.top), bottom: Math.max(a.bottom, b.bottom) };
}
