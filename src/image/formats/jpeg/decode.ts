/** JPEG by our own module (assembly/jpeg): entropy decoding, reduced inverse DCT, colour and resampling in one pass. */
import { inksToRgba } from "../../colour/inks.ts";
import type { Decoder } from "../../picture.ts";
import { UnsupportedByDecoder } from "../../unsupportedByDecoder.ts";
import { defineEngine } from "../../wasm.ts";
import { jpegEngine } from "./decoder/engine.ts";
import { readJpeg } from "./decoder/markers.ts";
import { UnsupportedJpeg } from "./decoder/refusal.ts";
import { dctScaleOf } from "./decoder/scale.ts";
import { decodeJpeg } from "./decoder/thumbnail.ts";
import module from "./wasm/decoder.wasm";

const engine = defineEngine("jpeg", () => {
  const value = jpegEngine(module);
  return { value, memory: value.exports.memory };
});

/** JPEG bytes -> the view's pixels. Throws NotForThisDecoder for what it refuses and another may take. */
export const decodeOwnJpeg: Decoder = async (bytes, source, { view }, clock) => {
  const jpeg = await engine.use();
  try {
    const { window, width, height } = view;
    const crop = { x: window.left, y: window.top, width: window.width, height: window.height };
    const scale = dctScaleOf(crop, width, height);
    const picture = decodeJpeg(jpeg, bytes, readJpeg(bytes), { scale, crop, width, height });
    if (picture.colour === "inks") inksToRgba(picture.pixels, false, source.icc);
    clock.lap("decode");
    const { pixels: data, truncated } = picture;
    return { pixels: { width, height, data, alpha: false }, truncated };
  } catch (error) {
    if (error instanceof UnsupportedJpeg) throw new UnsupportedByDecoder(error.message);
    throw error;
  }
};
