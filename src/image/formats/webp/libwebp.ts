/** WebP by libwebp with SIMD (@jsquash/webp), for what our encoder refuses. Only pixels go in, so no metadata comes out. */
import factory from "@jsquash/webp/codec/enc/webp_enc_simd.js";
import module from "@jsquash/webp/codec/enc/webp_enc_simd.wasm";
import { defineEngine, startEmscripten } from "../../engines.ts";
import type { Pixels } from "../../picture.ts";

type Encoder = { encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array | null };

const engine = defineEngine("webp-encoder", () => startEmscripten<Encoder>(factory, module));

/** libwebp's WebPConfig with its own defaults (webp/encode.h). We choose only quality and method. */
export const CONFIG = {
  target_size: 0,
  target_PSNR: 0,
  sns_strength: 50,
  filter_strength: 60,
  filter_sharpness: 0,
  filter_type: 1,
  partitions: 0,
  segments: 4,
  pass: 1,
  show_compressed: 0,
  preprocessing: 0,
  autofilter: 0,
  partition_limit: 0,
  alpha_compression: 1,
  alpha_filtering: 1,
  alpha_quality: 100,
  lossless: 0,
  exact: 0,
  image_hint: 0,
  emulate_jpeg_size: 0,
  thread_level: 0,
  low_memory: 0,
  near_lossless: 100,
  use_delta_palette: 0,
  use_sharp_yuv: 0,
};

/** Pixels -> WebP. `quality` 1..100; `method` 0 (fast) .. 6 (small). */
export async function encodeByLibwebp(
  { width, height, data }: Pixels,
  quality: number,
  method: number,
): Promise<Uint8Array> {
  const encoder = await engine.use();
  const bytes = encoder.encode(data, width, height, { ...CONFIG, quality, method });
  if (bytes === null) throw new Error(`libwebp cannot encode ${width}x${height}`);
  return new Uint8Array(bytes);
}
