/** How much memory one picture takes, and the view that fits into the budget. Pure. */
import type { FrameReader } from "./animation/frames.ts";
import { DECODERS } from "./formats/codecs.ts";
import { dctScale } from "./formats/jpeg/decoder/scale.ts";
import type { DecoderName } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import type { View } from "./picture.ts";
import { resizerBytes } from "./resize/resizer.ts";
import { scaleView } from "./resize/whole.ts";

/** The most memory one picture may take at its peak, WebAssembly and JavaScript together. An isolate has 128 MB. */
export const MEMORY_BUDGET = 96 * 1024 * 1024;

/** What the memory depends on beside the decoder and its view. */
export type MemoryOf = {
  readonly source: Source;
  readonly fileBytes: number;
  readonly encoderBytesPerPixel: number;
  /** Of the extended canvas; 0 = there is none. */
  readonly canvasPixels: number;
  /** What the filters take beside the result. */
  readonly filterBytes: number;
  /** Of the watermark's pixels. */
  readonly besideBytes: number;
};
export type Estimate = { readonly name: DecoderName; readonly bytes: number };
type Fitting = { readonly shrink: number; readonly view: View; readonly estimates: readonly Estimate[] };

/**
 * The decoder's view. The filter of one tiny row reaches over all rows of a large picture, which may be too much memory.
 * Then the decoder makes the picture 2, 4, 8... times as large, and a second pass shrinks that.
 */
export function fitIntoMemory(names: readonly DecoderName[], asked: View, size: MemoryOf): Fitting {
  const fitting = (shrink: number): Fitting => {
    const view = { ...asked, width: asked.width * shrink, height: asked.height * shrink };
    return { shrink, view, estimates: names.map((name) => ({ name, bytes: estimateMemory(name, view, size) })) };
  };
  const fits = ({ estimates }: Fitting) => estimates.some(({ bytes }) => bytes <= MEMORY_BUDGET);
  const once = fitting(1);
  const { window } = asked;
  for (let next = once; 2 * next.view.width <= window.width && 2 * next.view.height <= window.height; ) {
    if (fits(next)) return next;
    next = fitting(2 * next.shrink);
    if (fits(next)) return next;
  }
  return once;
}

/** Peak bytes with one decoder: the result, and decoding or turning, then encoding. */
function estimateMemory(name: DecoderName, view: View, size: MemoryOf): number {
  const { source, fileBytes, canvasPixels, filterBytes, besideBytes } = size;
  const { memoryBytes, shrinks, countsRows } = DECODERS[name];
  const cost = { source, view, dctScale: dctScale(view), fileBytes };
  const scale = shrinks ? cost.dctScale / 8 : 1;
  const decoded = scaleView(view, scale, Math.ceil(source.width * scale), Math.ceil(source.height * scale));
  const result = view.width * view.height;
  // Turning holds the picture twice for a moment. Encoding comes after that.
  const making = Math.max(memoryBytes(cost) + (countsRows ? 0 : resizerBytes(decoded)), 4 * result, filterBytes);
  const encoded = Math.max(result, canvasPixels);
  return Math.ceil(besideBytes + 4 * (result + canvasPixels) + making + size.encoderBytesPerPixel * encoded);
}

const ONE_PIXEL = { left: 0, top: 0, width: 1, height: 1 } as const;
const LEAST_VIEW = { window: ONE_PIXEL, bounds: ONE_PIXEL, width: 1, height: 1 } as const satisfies View;

/** What a decoder needs for the source whatever is asked for: no size needs less. */
export function leastMemory(name: DecoderName, { source, fileBytes }: MemoryOf): number {
  return DECODERS[name].memoryBytes({ source, fileBytes, view: LEAST_VIEW, dctScale: 1 });
}

/** An upper estimate of what the encoder has written, in bytes a pixel of the result. */
const WRITTEN_BYTES_PER_PIXEL = 1;

/**
 * Peak bytes of an animation of `frames` frames, one at a time: what its reader holds, the resampled frame and the one before
 * it, the turned frame, what is shown, a copy of that, the rectangle that is encoded, and the encoded frames twice.
 */
export function animationMemory(reader: FrameReader, view: View, frames: number, size: MemoryOf): number {
  const { source, fileBytes, canvasPixels, encoderBytesPerPixel, filterBytes, besideBytes } = size;
  const resampled = view.width * view.height;
  const result = Math.max(resampled, canvasPixels);
  const pixels = 4 * (2 * resampled + 4 * result) + encoderBytesPerPixel * result;
  const written = 2 * WRITTEN_BYTES_PER_PIXEL * frames * result;
  return Math.ceil(
    reader.memoryBytes(source, fileBytes) + resizerBytes(view) + pixels + filterBytes + besideBytes + written,
  );
}
