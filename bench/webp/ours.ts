/** Our encoder as the benches compare it: the same driver as the Worker's, on a module of our choice. */
import { webpFile } from "../../src/image/formats/webp/container.ts";
import { encodeFrame, type Vp8Exports } from "../../src/image/formats/webp/vp8Encoder.ts";
import module from "../../src/image/formats/webp/wasm/encoder.wasm";
import type { Encode } from "./libwebp.ts";

/** Starts it on its module, or on one that was compiled just now. */
export function startOurs(compiled: WebAssembly.Module = module): Encode {
  const encoder = new WebAssembly.Instance(compiled, {}).exports as unknown as Vp8Exports;
  return (pixels, quality) => webpFile(pixels, encodeFrame(encoder, pixels, { quality, filter: true }), null);
}
