/** Lossy WebP without alpha by our own module (assembly/decoder): decoding, colour and resampling in one pass. */
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import { defineEngine } from "../../engines.ts";
import { type Decode, type DecodeCost, stillPicture } from "../../picture.ts";
import { UnsupportedJpeg } from "../jpeg/decoder/refusal.ts";
import { vp8Engine } from "./decoder/engine.ts";
import { readFrame } from "./decoder/frame.ts";
import { decodeVp8 as decodeView } from "./decoder/thumbnail.ts";
import module from "./wasm/decoder.wasm";

const engine = defineEngine("vp8", () => {
  const value = vp8Engine(module);
  return { value, memory: value.exports.memory };
});

/** The file, rings as high as the filters reach and some macroblock rows, taps. It takes plainly lossy files only. */
export function vp8Memory({ source, fileBytes, view }: DecodeCost): number {
  if (source.colour !== "ycc" || source.alpha || source.frames > 1) return Number.POSITIVE_INFINITY;
  const reduction = Math.max(1, view.window.height / view.height);
  // No ring is higher than the picture, in whole macroblocks and one macroblock row more.
  const rings = 1.5 * source.width * Math.min(96 + 6 * reduction, source.height + 32);
  return 500_000 + fileBytes + rings + 24 * (source.width + source.height) + 64 * (view.width + view.height);
}

/** WebP bytes -> the view's picture. Throws UnsupportedByDecoder for a file that libwebp may take. */
export const decodeVp8: Decode = async (bytes, source, { view }, clock) => {
  if (source.frames > 1 || source.alpha) throw new UnsupportedByDecoder("WebP with alpha or several frames");
  const frame = readFrame(bytes);
  if (frame.width !== source.width || frame.height !== source.height) {
    throw new UnsupportedByDecoder(`VP8 frame of ${frame.width}x${frame.height} in ${source.width}x${source.height}`);
  }
  try {
    const { pixels: data, truncated } = decodeView(await engine.use(), frame, view);
    clock.lap("decode");
    return { picture: stillPicture({ width: view.width, height: view.height, data, alpha: false }), truncated };
  } catch (error) {
    if (error instanceof UnsupportedJpeg) throw new UnsupportedByDecoder(error.message);
    throw error;
  }
};
