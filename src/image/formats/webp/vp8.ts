/** Lossy WebP without alpha by our own module (assembly/vp8): decoding, colour and resampling in one pass. */

import type { Decoder } from "../../picture.ts";
import { UnsupportedByDecoder } from "../../unsupportedByDecoder.ts";
import { defineEngine } from "../../wasm.ts";
import { UnsupportedJpeg } from "../jpeg/decoder/refusal.ts";
import { vp8Engine } from "./decoder/engine.ts";
import { readFrame } from "./decoder/frame.ts";
import { decodeVp8 } from "./decoder/thumbnail.ts";
import module from "./wasm/decoder.wasm";

const engine = defineEngine("vp8", () => {
  const value = vp8Engine(module);
  return { value, memory: value.exports.memory };
});

/** WebP bytes -> the view's pixels. Throws NotForThisDecoder for what it refuses and another may take. */
export const decodeOwnVp8: Decoder = async (bytes, source, { view }, clock) => {
  if (source.frames > 1 || source.alpha) throw new UnsupportedByDecoder("WebP with alpha or several frames");
  const frame = readFrame(bytes);
  if (frame.width !== source.width || frame.height !== source.height) {
    throw new UnsupportedByDecoder(`VP8 frame of ${frame.width}x${frame.height} in ${source.width}x${source.height}`);
  }
  try {
    const { pixels: data, truncated } = decodeVp8(await engine.use(), frame, view);
    clock.lap("decode");
    return { pixels: { width: view.width, height: view.height, data, alpha: false }, truncated };
  } catch (error) {
    if (error instanceof UnsupportedJpeg) throw new UnsupportedByDecoder(error.message);
    throw error;
  }
};
