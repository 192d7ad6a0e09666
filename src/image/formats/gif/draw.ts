/** Draws one frame on the screen, clipped to it. */
import type { Rect } from "../../picture.ts";
import type { GifFrame } from "./blocks.ts";
import { LzwReader } from "./lzw.ts";

/** RGBA pixels, a word each (bytes R, G, B, A in memory order); 0 is transparent. */
export type Canvas = { readonly width: number; readonly height: number; readonly pixels: Uint32Array };

export type Drawn = {
  /** False when the data ended, or were damaged, before the last pixel on the screen. */
  readonly complete: boolean;
  /** Decoded pixels that are on the screen. */
  readonly pixels: number;
  /** Codes read and indices written, for tests that prove the bound. */
  readonly work: number;
};

/** First row and step of each pass. */
const PROGRESSIVE = [[0, 1]] as const;
const INTERLACED = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/** Draws a frame of `bytes` onto the canvas. Throws image_damaged when the code size is impossible. */
export function drawFrame(bytes: Uint8Array, frame: GifFrame, canvas: Canvas): Drawn {
  const { left, top, width, height } = frame;
  const columns = Math.max(0, Math.min(width, canvas.width - left));
  const rows = Math.max(0, Math.min(height, canvas.height - top));
  const lzw = new LzwReader(bytes, frame.data);
  const colours = colourTable(frame);
  const { pixels } = canvas;
  const { window } = lzw;
  let came = 0;
  let hidden = 0;
  for (const [pass, [first, step]] of (frame.interlaced ? INTERLACED : PROGRESSIVE).entries()) {
    for (let row = first; row < rows; row += step) {
      const end = (top + row) * canvas.width + left + columns;
      let to = end - columns;
      if (hidden > 0) lzw.skip(hidden);
      while (to < end) {
        const count = lzw.take(end - to);
        came += count;
        if (count === 0) {
          const last = to > end - columns ? row : row - step;
          if (frame.interlaced) fillGaps(canvas, { left, top, width: columns, height: rows }, pass, last);
          return { complete: false, pixels: came, work: lzw.work };
        }
        for (let from = lzw.from, stop = from + count; from < stop; from++, to++) {
          const colour = colours[window[from] ?? 0] ?? 0;
          if (colour !== 0) pixels[to] = colour;
        }
      }
      hidden = width - columns;
    }
    // Also skip the rows of this pass that are below the screen.
    hidden += width * (Math.ceil(Math.max(0, height - first) / step) - Math.ceil(Math.max(0, rows - first) / step));
  }
  return { complete: true, pixels: came, work: lzw.work };
}

/** Fills the missing rows of an interlaced frame with the row above, as browsers do while a frame is loading. */
function fillGaps({ width, pixels }: Canvas, rect: Rect, pass: number, last: number): void {
  let source = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rect.height; row++) {
    const own = INTERLACED.findIndex(([first, step]) => row % step === first);
    const at = (rect.top + row) * width + rect.left;
    if (own < pass || (own === pass && row <= last)) source = row;
    else if (row - source < INTERLACED[0][1])
      pixels.copyWithin(at, at - (row - source) * width, at - (row - source) * width + rect.width);
  }
}

/**
 * The frame's 256 colours as words. An index past the palette is opaque black, as in browsers and libvips. Without any
 * palette the specification (section 18) recommends black and white as the first two.
 */
function colourTable({ palette, transparent }: GifFrame): Uint32Array {
  const words = new Uint32Array(256);
  const bytes = new Uint8Array(words.buffer);
  const rgb = palette ?? [0, 0, 0, 255, 255, 255];
  for (let index = 0; index < 256; index++) {
    for (let channel = 0; channel < 3; channel++) bytes[4 * index + channel] = rgb[3 * index + channel] ?? 0;
    bytes[4 * index + 3] = 255;
  }
  if (transparent !== null) words[transparent] = 0;
  return words;
}
