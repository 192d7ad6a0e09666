/** The gzip size of the WebAssembly modules that the four common formats need. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { startProcesses } from "./runners.ts";

export type Processes = Awaited<ReturnType<typeof startProcesses>>;
const WEBP_640 = { format: "webp", side: 640, quality: 75 } as const;

/** Engine name (src/image/engines.ts) -> the end of its module's path. JPEG, PNG, WebP, GIF in; WebP, JPEG out. */
const USED = [
  ["resize", "resize/wasm/resize.wasm"],
  ["jpeg", "jpeg/wasm/decoder.wasm"],
  ["jpeg-turbo", "jpeg-turbo.wasm"],
  ["png", "png/wasm/decoder.wasm"],
  ["vp8", "webp/wasm/decoder.wasm"],
  ["webp", "webp.wasm"],
  ["webp-lossy-encoder", "webp/wasm/encoder.wasm"],
  ["jpeg-encoder", "jpeg/wasm/encoder.wasm"],
] as const;

export type ModuleSizes = { readonly kb: number; readonly each: Readonly<Record<string, number>> };

/**
 * Sizes in KB (1000 bytes) of gzip -9. `engines` are the names that were live after the four formats. Throws Error for a
 * name that is not in the list, and for a module that is not in the bundle: otherwise the sum would be too small.
 */
export function moduleSizes(wasm: ReadonlyMap<string, Uint8Array>, engines: readonly string[]): ModuleSizes {
  const each: Record<string, number> = {};
  const unknown = engines.filter((name) => name !== "" && !USED.some(([engine]) => engine === name));
  if (unknown.length > 0) throw new Error(`no module is listed for ${unknown.join(", ")}`);
  for (const [engine, file] of USED) {
    if (!engines.includes(engine)) continue;
    const [, bytes] = [...wasm].find(([path]) => path.endsWith(file)) ?? [];
    if (bytes === undefined) throw new Error(`no module ${file} in the bundle`);
    each[file] = gzipSync(bytes, { level: 9 }).length / 1000;
  }
  return { kb: Object.values(each).reduce((sum, kb) => sum + kb, 0), each };
}

/** The engines that are live after a JPEG, and after a PNG, two WebPs and a GIF of the corpus if they are present. */
export async function enginesOfCommonFormats(
  { ours, forget }: Pick<Processes, "ours" | "forget">,
  photo: string,
  corpus: string,
): Promise<string[]> {
  await forget();
  const files = [
    photo,
    ...["png-rgb8.png", "webp-lossy.webp", "webp-lossless.webp", "gif-static.gif"].map((name) =>
      join(corpus, "formats", name),
    ),
  ].filter((file) => existsSync(file));
  const seen = new Set<string>();
  for (const file of files) {
    for (const format of ["webp", "jpeg"] as const) {
      const { modules } = await ours.make(file, { ...WEBP_640, format }, 1);
      for (const name of modules.split(" ")) seen.add(name);
    }
  }
  // libwebp's decoder lives for one picture, so it is gone when the Worker says what is live.
  seen.add("webp");
  return [...seen];
}
