/** libwebp in WebAssembly as the benches compare with it: method 4, its own defaults for everything else. */
import factory from "@jsquash/webp/codec/enc/webp_enc_simd.js";
import module from "@jsquash/webp/codec/enc/webp_enc_simd.wasm";
import { startEmscripten } from "../../src/image/engines.ts";
import { CONFIG } from "../../src/image/formats/webp/libwebp.ts";
import type { Pixels } from "../../src/image/picture.ts";

type Encoder = { encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array | null };

/** Pixels and quality -> file. */
export type Encode = (pixels: Pixels, quality: number) => Uint8Array;

/** Starts libwebp on its module, or on one that was compiled just now. */
export async function startLibwebp(compiled: WebAssembly.Module = module): Promise<Encode> {
  const { value } = await startEmscripten<Encoder>(factory, compiled);
  return ({ data, width, height }, quality) => {
    const bytes = value.encode(data, width, height, { ...CONFIG, quality, method: 4 });
    if (bytes === null) throw new Error(`libwebp cannot encode ${width}x${height}`);
    return new Uint8Array(bytes);
  };
}
