/**
 * A process that compiles one encoder and encodes one picture: `node coldChild.ts ours|libwebp WIDTH HEIGHT`, RGBA on
 * standard input. Prints the milliseconds of both together. The script around libwebp is loaded before, as in a bundle.
 */
import "../../.ci/wasm-loader.ts";
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

const FILES = {
  ours: "../../src/image/formats/webp/wasm/encoder.wasm",
  libwebp: "../../node_modules/@jsquash/webp/codec/enc/webp_enc_simd.wasm",
} as const;

const which = process.argv[2] === "ours" ? "ours" : "libwebp";
const pixels = {
  width: Number(process.argv[3]),
  height: Number(process.argv[4]),
  data: new Uint8Array(readFileSync(0)),
  alpha: false,
};
const { startLibwebp } = await import("./libwebp.ts");
const { startOurs } = await import("./ours.ts");
// A custom section of its own makes the module another one than the loader has compiled.
const unlike = Uint8Array.of(0, 2, 1, 0x78);
const bytes = Buffer.concat([readFileSync(new URL(FILES[which], import.meta.url)), unlike]);
const started = performance.now();
const compiled = new WebAssembly.Module(bytes);
const encode = which === "ours" ? startOurs(compiled) : await startLibwebp(compiled);
encode(pixels, 75);
console.log(performance.now() - started);
