/** Lossy WebP by our own encoder: one WebAssembly module for the VP8 frame and the alpha chunk (docs/webp.md). */
import type { Pixels } from "../../view.ts";
import { defineEngine, exportsOf } from "../../wasm.ts";
import { type AlphaExports, encodeAlpha } from "./alpha.ts";
import { webpFile } from "./container.ts";
import { encodeFrame, type Vp8Exports } from "./vp8Encoder.ts";
import module from "./wasm/vp8enc.wasm";

const engine = defineEngine("webp-lossy-encoder", () => {
  const value = exportsOf<Vp8Exports & AlphaExports>(module, {});
  return { value, memory: value.memory };
});

/**
 * Pixels -> WebP. `quality` 1..100 as libwebp means it; alpha is kept exactly. The same pixels and quality give the same
 * bytes on every machine. Throws EncoderRefusal for what this encoder does not take.
 */
export async function encodeLossyWebp(pixels: Pixels, quality: number): Promise<Uint8Array> {
  const encoder = await engine.use();
  const frame = encodeFrame(encoder, pixels, { quality, filter: true });
  return webpFile(pixels, frame, pixels.alpha ? encodeAlpha(encoder, pixels) : null);
}
