/**
 * Photon (@cf-wasm/photon, Rust `image`): the decoder of rare kinds, in the heavy Worker. Its build also has TGA, which it
 * does not recognise by itself, and no QOI. bench/engine/baseline.ts makes whole thumbnails with it as a baseline. Its memory
 * grows to 33 MB and some ten times the picture, and the package never drops its instance. So we call the raw exports, and drop the
 * instance like that of every other engine.
 */
import module from "@cf-wasm/photon/photon.wasm";
import { defineEngine } from "../engines.ts";
import { type Decode, stillPicture } from "../picture.ts";
import { resizeWhole } from "../resize/whole.ts";

type Exports = {
  readonly memory: WebAssembly.Memory;
  readonly __wbindgen_externrefs: WebAssembly.Table;
  __wbindgen_start(): void;
  __wbindgen_malloc(bytes: number, align: number): number;
  __wbindgen_free(at: number, bytes: number, align: number): void;
  /** Takes over the bytes; traps on what it cannot decode. */
  photonimage_new_from_byteslice(at: number, bytes: number): number;
  photonimage_get_width(image: number): number;
  photonimage_get_height(image: number): number;
  photonimage_get_raw_pixels(image: number): [at: number, bytes: number];
  photonimage_get_bytes_jpeg(image: number, quality: number): [at: number, bytes: number];
  photonimage_get_bytes_webp(image: number): [at: number, bytes: number];
  photonimage_get_bytes(image: number): [at: number, bytes: number];
  photonimage_new(at: number, bytes: number, width: number, height: number): number;
  resize(image: number, width: number, height: number, filter: number): number;
  crop(image: number, x1: number, y1: number, x2: number, y2: number): number;
  __wbg_photonimage_free(image: number, unused: number): void;
};

export const photonEngine = defineEngine("photon", () => {
  let exports: Exports | null = null;
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const functions = (imports[from] ??= {});
    // It imports the browser's canvas and DOM. Decoding and resizing use neither.
    functions[name] = () => {
      if (name === "__wbindgen_init_externref_table") fillTable(exports?.__wbindgen_externrefs);
      else if (!name.startsWith("__wbg_error") && !name.startsWith("__wbg_stack")) throw new Error(`photon: ${name}`);
    };
  }
  const value = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  exports = value;
  value.__wbindgen_start();
  return { value, memory: value.memory };
});

/** wasm-bindgen's four constant references. */
function fillTable(table: WebAssembly.Table | undefined): void {
  if (table === undefined) return;
  const at = table.grow(4);
  [undefined, null, true, false].forEach((value, i) => {
    table.set(at + i, value);
  });
}

/** Bytes -> a photon image handle; the caller frees it. Traps (and so throws) on damaged or unknown bytes. */
export function openPhoton(photon: Exports, bytes: Uint8Array): number {
  const at = photon.__wbindgen_malloc(bytes.length, 1);
  new Uint8Array(photon.memory.buffer, at, bytes.length).set(bytes);
  return photon.photonimage_new_from_byteslice(at, bytes.length);
}

/** Copies a byte vector out of photon's memory and frees it there. */
export function takeBytes(photon: Exports, [at, length]: [number, number]): Uint8Array {
  const bytes = new Uint8Array(photon.memory.buffer, at >>> 0, length).slice();
  photon.__wbindgen_free(at, length, 1);
  return bytes;
}

/** Bytes of a file -> the view's picture. Throws image_damaged when it has another size than the header says. */
export const decodePhoton: Decode = async (bytes, source, { view }, clock) => {
  const photon = await photonEngine.use();
  const image = openPhoton(photon, bytes);
  const width = photon.photonimage_get_width(image);
  const height = photon.photonimage_get_height(image);
  const [at, length] = photon.photonimage_get_raw_pixels(image);
  photon.__wbg_photonimage_free(image, 0);
  clock.lap("decode");
  // Its own copy is used: another one would be too much memory.
  const data = new Uint8Array(photon.memory.buffer, at >>> 0, length);
  const pixels = await resizeWhole({ width, height, data, alpha: source.alpha }, source, view);
  photon.__wbindgen_free(at, length, 1);
  clock.lap("resize");
  return { picture: stillPicture(pixels), truncated: false };
};
