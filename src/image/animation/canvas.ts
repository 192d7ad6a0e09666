/** The canvas of an animation: what happens to a frame's rectangle after the frame was shown. */
import type { Rect, Size } from "../picture.ts";
import { bothRows, clipped, type Rows } from "./frames.ts";

/** What happens to a frame's rectangle before the next frame is drawn. */
export type Disposal = "keep" | "background" | "previous";

/** RGBA words (bytes R, G, B, A in memory); 0 is transparent. Every pixel is transparent at first. */
export class AnimationCanvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
  /** The same memory. */
  readonly data: Uint8Array;
  /** What the frame at hand covers, for a frame that goes away again. Made when the first one comes. */
  private saved: Uint32Array | null = null;
  private last: { readonly rect: Rect; readonly disposal: Disposal } | null = null;
  private mayBeClear = true;

  constructor({ width, height }: Size) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint32Array(width * height);
    this.data = new Uint8Array(this.pixels.buffer);
  }

  /** Ends the frame before, and makes ready for one with this rectangle. Gives the rows that may change. */
  begin(frame: Rect, disposal: Disposal): Rows {
    const isFirst = this.last === null;
    const ended = this.endFrame();
    const rect = clipped(frame, this);
    if (disposal === "previous") this.save(rect);
    this.last = { rect, disposal };
    return isFirst ? { top: 0, bottom: this.height } : bothRows(ended, rowsOf(rect));
  }

  /** Whether a pixel is not opaque. It looks at the pixels only when one of them may have become so. */
  isClear(): boolean {
    if (this.mayBeClear) this.mayBeClear = hasTranslucent(this.pixels);
    return this.mayBeClear;
  }

  /**
   * Puts `count` pixels on the canvas, from the pixel with index `at` on, `step` pixels apart. `over`: they are laid over what
   * is there; else they replace it, alpha too.
   */
  put(row: Uint32Array, count: number, at: number, step: number, over: boolean): void {
    const { pixels } = this;
    for (let i = 0; i < count; i++, at += step) {
      const word = row[i] as number;
      const isOpaque = word >= 0xff000000;
      if (!over || isOpaque) pixels[at] = word;
      else if (word > 0xffffff) pixels[at] = blended(word, pixels[at] as number);
      if (!over && !isOpaque) this.mayBeClear = true;
    }
  }

  private endFrame(): Rows {
    const { last, pixels, width } = this;
    if (last === null || last.disposal === "keep") return { top: 0, bottom: 0 };
    const { rect } = last;
    for (let y = 0; y < rect.height; y++) {
      const at = (rect.top + y) * width + rect.left;
      if (last.disposal === "background") pixels.fill(0, at, at + rect.width);
      else if (this.saved !== null) pixels.set(this.saved.subarray(y * rect.width, (y + 1) * rect.width), at);
    }
    if (rect.width > 0 && rect.height > 0) this.mayBeClear = true;
    return rowsOf(rect);
  }

  private save(rect: Rect): void {
    this.saved ??= new Uint32Array(this.width * this.height);
    for (let y = 0; y < rect.height; y++) {
      const at = (rect.top + y) * this.width + rect.left;
      this.saved.set(this.pixels.subarray(at, at + rect.width), y * rect.width);
    }
  }
}

/** One translucent pixel over another, both with straight alpha (APNG's and PNG's alpha processing, PNG 13.16). */
function blended(over: number, under: number): number {
  const [a, b] = [over >>> 24, under >>> 24];
  // Both shares and their sum are in 255ths of 255ths.
  const [u, v] = [a * 255, (255 - a) * b];
  const sum = u + v;
  const mix = (shift: number) => Math.round((((over >>> shift) & 255) * u + ((under >>> shift) & 255) * v) / sum);
  return ((Math.round(sum / 255) << 24) | (mix(16) << 16) | (mix(8) << 8) | mix(0)) >>> 0;
}

/** Opaque words have 255 in the last byte, which is the highest one: every platform of ours is little-endian. */
function hasTranslucent(words: Uint32Array): boolean {
  for (let i = 0; i < words.length; i++) if ((words[i] as number) < 0xff000000) return true;
  return false;
}

function rowsOf({ top, width, height }: Rect): Rows {
  return width === 0 ? { top, bottom: top } : { top, bottom: top + height };
}
