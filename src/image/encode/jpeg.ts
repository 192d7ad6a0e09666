/** JPEG by mozjpeg (@jsquash/jpeg): progressive, optimised tables, 4:2:0 at every quality. */
import factory from "@jsquash/jpeg/codec/enc/mozjpeg_enc.js";
import module from "@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm";
import type { Pixels } from "../view.ts";
import { defineEngine } from "../wasm.ts";
import { startEmscripten } from "./emscripten.ts";

type Encoder = { encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array };

const engine = defineEngine("jpeg-encoder", () => startEmscripten<Encoder>(factory, module));

/** mozjpeg's settings. `auto_subsample` would turn 4:4:4 on from quality 80; `color_space` 3 is YCbCr. */
const CONFIG = {
  baseline: false,
  arithmetic: false,
  progressive: true,
  optimize_coding: true,
  smoothing: 0,
  color_space: 3,
  quant_table: 3,
  trellis_multipass: false,
  trellis_opt_zero: false,
  trellis_opt_table: false,
  trellis_loops: 1,
  auto_subsample: false,
  chroma_subsample: 2,
  separate_chroma_quality: false,
  chroma_quality: 75,
};

/** Opaque pixels -> JPEG; `quality` 1..100. Alpha is ignored: flatten first. */
export async function encodeJpeg({ width, height, data }: Pixels, quality: number): Promise<Uint8Array> {
  const encoder = await engine.use();
  return new Uint8Array(encoder.encode(data, width, height, { ...CONFIG, quality }));
}
