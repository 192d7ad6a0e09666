/** JPEG XL files that libjxl (@jsquash/jxl) writes. */
import { readFileSync } from "node:fs";
import factory from "@jsquash/jxl/codec/enc/jxl_enc.js";

type Encoder = { encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array | null };
type Factory = (options: object) => Promise<Encoder>;

const OPTIONS = {
  ...{ effort: 3, progressive: false, epf: -1, lossyPalette: false, decodingSpeedTier: 0, photonNoiseIso: 0 },
  lossyModular: false,
};

/** RGBA -> JPEG XL. A quality of 100 loses nothing. */
export async function jxlFile(data: Uint8Array, width: number, height: number, quality = 100): Promise<Uint8Array> {
  const module = new WebAssembly.Module(readFileSync("node_modules/@jsquash/jxl/codec/enc/jxl_enc.wasm"));
  const encoder = await (factory as unknown as Factory)({
    noInitialRun: true,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
  });
  const file = encoder.encode(data, width, height, { ...OPTIONS, quality });
  if (file === null) throw new Error("libjxl gave up");
  return new Uint8Array(file);
}
