/** JPEG XL files that libjxl (@jsquash/jxl) writes, and how it reads them. */
import { readFileSync } from "node:fs";
import decoderFactory from "@jsquash/jxl/codec/dec/jxl_dec.js";
import encoderFactory from "@jsquash/jxl/codec/enc/jxl_enc.js";

type Encoder = { encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array | null };
type Decoder = {
  decode(
    bytes: Uint8Array,
  ): { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray } | null;
};
type Factory<T> = (options: object) => Promise<T>;

const OPTIONS = {
  ...{ effort: 3, progressive: false, epf: -1, lossyPalette: false, decodingSpeedTier: 0, photonNoiseIso: 0 },
  lossyModular: false,
};

/** RGBA -> JPEG XL. A quality of 100 loses nothing. */
export async function jxlFile(data: Uint8Array, width: number, height: number, quality = 100): Promise<Uint8Array> {
  const encoder = await start(encoderFactory as unknown as Factory<Encoder>, "enc/jxl_enc.wasm");
  const file = encoder.encode(data, width, height, { ...OPTIONS, quality });
  if (file === null) throw new Error("libjxl gave up");
  return new Uint8Array(file);
}

/** JPEG XL -> RGBA of the whole picture as libjxl reads it. */
export async function jxlPixels(
  bytes: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly data: Uint8Array }> {
  const decoder = await start(decoderFactory as unknown as Factory<Decoder>, "dec/jxl_dec.wasm");
  const picture = decoder.decode(bytes);
  if (picture === null) throw new Error("libjxl gave up");
  return { width: picture.width, height: picture.height, data: new Uint8Array(picture.data) };
}

function start<T>(factory: Factory<T>, file: string): Promise<T> {
  const module = new WebAssembly.Module(readFileSync(`node_modules/@jsquash/jxl/codec/${file}`));
  return factory({
    noInitialRun: true,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
  });
}
