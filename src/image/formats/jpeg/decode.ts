/**
 * JPEG by our own module (assembly/decoder): entropy decoding, reduced inverse DCT, colour and resampling in one
 * pass.
 */
import { inksToRgba } from "../../colour/inks.ts";
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import { defineEngine } from "../../engines.ts";
import { type Decode, type DecodeCost, stillPicture } from "../../picture.ts";
import { jpegEngine } from "./decoder/engine.ts";
import { UnsupportedJpeg } from "./decoder/refusal.ts";
import { MAX_STORE_BYTES } from "./decoder/store.ts";
import { decodeJpeg as decodeView } from "./decoder/thumbnail.ts";
import module from "./wasm/decoder.wasm";

export const engine = defineEngine("jpeg", () => {
  const value = jpegEngine(module);
  return { value, memory: value.exports.memory };
});

/** Peak bytes: windows of the file, rings of rows of the reduced picture, and the kept coefficients of several scans. */
export function jpegMemory({ source, dctScale }: DecodeCost): number {
  return 2_000_000 + 32 * source.width * dctScale + Math.min(MAX_STORE_BYTES, source.coefficientBytes);
}

/** JPEG bytes -> the view's picture. Throws UnsupportedByDecoder for a file that libjpeg-turbo may take. */
export const decodeJpeg: Decode = async (bytes, source, { view, dctScale }, clock) => {
  const header = source.jpeg;
  if (header === undefined) throw new UnsupportedByDecoder("no JPEG header was read");
  const jpeg = await engine.use();
  try {
    const { window, width, height } = view;
    const crop = { x: window.left, y: window.top, width: window.width, height: window.height };
    const decoded = decodeView(jpeg, bytes, header, { dctScale, crop, width, height });
    if (decoded.colour === "inks") inksToRgba(decoded.pixels, false, source.icc);
    clock.lap("decode");
    const { pixels: data, truncated } = decoded;
    return { picture: stillPicture({ width: decoded.width, height: decoded.height, data, alpha: false }), truncated };
  } catch (error) {
    if (error instanceof UnsupportedJpeg) throw new UnsupportedByDecoder(error.message);
    throw error;
  }
};
