/** What has to be instantiated for the four common formats: gzip size of those WebAssembly modules. */
import { gzipSync } from "node:zlib";

/** Engine name (src/image/wasm.ts) -> module file, for JPEG, PNG, WebP and GIF in, WebP and JPEG out. */
const USED = [
  ["resize", "resize.wasm"],
  ["jpeg", "jpeg.wasm"],
  ["jpeg-turbo", "jpeg-turbo.wasm"],
  ["png", "png.wasm"],
  ["vp8", "vp8.wasm"],
  ["webp", "webp.wasm"],
  ["webp-encoder", "webp_enc_simd.wasm"],
  ["webp-lossy-encoder", "vp8enc.wasm"],
  ["jpeg-encoder", "jpegenc.wasm"],
] as const;

export type ModuleSizes = { readonly kb: number; readonly each: Readonly<Record<string, number>> };

/**
 * `engines`: the names that were live after the four formats. Sizes in KB (1000 bytes) of gzip -9. Throws for a name
 * that is not in the list: it would be left out of the sum.
 */
export function moduleSizes(wasm: ReadonlyMap<string, Uint8Array>, engines: readonly string[]): ModuleSizes {
  const each: Record<string, number> = {};
  const unknown = engines.filter((name) => name !== "" && !USED.some(([engine]) => engine === name));
  if (unknown.length > 0) throw new Error(`no module is listed for ${unknown.join(", ")}`);
  for (const [engine, file] of USED) {
    const bytes = wasm.get(file);
    if (engines.includes(engine) && bytes) each[file] = gzipSync(bytes, { level: 9 }).length / 1000;
  }
  return { kb: Object.values(each).reduce((sum, kb) => sum + kb, 0), each };
}
