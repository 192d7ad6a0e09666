/**
 * JPEG by our own encoder (assembly/encoder): baseline, 4:2:0 or for high qualities 4:4:4, Huffman tables made for the
 * picture. It takes a tenth of mozjpeg's time for a few percent more bytes. Readers that want few bytes get WebP.
 */
import { defineEngine, exportsOf } from "../../engines.ts";
import type { Pixels } from "../../picture.ts";
import { JPEG } from "./descriptor.ts";
import { bestCode, codeWords } from "./encoder/huffman.ts";
import { END_OF_IMAGE, headers } from "./encoder/markers.ts";
import { quantisers } from "./encoder/quantisers.ts";
import module from "./wasm/encoder.wasm";

type Exports = {
  readonly memory: WebAssembly.Memory;
  start(width: number, height: number, lumaSide: number): number;
  stripAddress(): number;
  stripWidth(): number;
  reciprocalAddress(): number;
  countAddress(): number;
  codeAddress(): number;
  outAddress(): number;
  addStrip(): void;
  writePart(): number;
};

const engine = defineEngine("jpeg-encoder", () => {
  const value = exportsOf<Exports>(module, {});
  return { value, memory: value.memory };
});

const SYMBOLS = 256;

/** Opaque pixels -> JPEG; `quality` 1..100 on the Independent JPEG Group's scale. Alpha is ignored: flatten first. */
export async function encodeJpeg(pixels: Pixels, quality: number): Promise<Uint8Array> {
  const { width, height } = pixels;
  const encoder = await engine.use();
  const lumaSide = quality >= JPEG.output.fullChroma.fromQuality ? 1 : 2;
  if (encoder.start(width, height, lumaSide) === 0) throw new Error(`no memory to encode ${width}x${height}`);
  const { luma, chroma } = quantisers(quality);
  const reciprocals = new Float32Array(encoder.memory.buffer, encoder.reciprocalAddress(), 128);
  reciprocals.set(Float32Array.from([...luma, ...chroma], (quantiser) => 1 / (8 * quantiser)));
  const rows = 8 * lumaSide;
  for (let y = 0; y < height; y += rows) {
    putStrip(encoder, pixels, y, rows);
    encoder.addStrip();
  }
  const codes = [0, 1, 2, 3].map((table) => {
    const at = encoder.countAddress() + table * SYMBOLS * 4;
    return bestCode(new Uint32Array(encoder.memory.buffer, at, SYMBOLS));
  }) as [
    ReturnType<typeof bestCode>,
    ReturnType<typeof bestCode>,
    ReturnType<typeof bestCode>,
    ReturnType<typeof bestCode>,
  ];
  const words = new Uint32Array(encoder.memory.buffer, encoder.codeAddress(), 4 * SYMBOLS);
  codes.forEach((code, table) => {
    words.set(codeWords(code), table * SYMBOLS);
  });
  const parts = [headers({ width, height, lumaSide, luma, chroma, codes })];
  for (let length = encoder.writePart(); length > 0; length = encoder.writePart()) {
    parts.push(new Uint8Array(encoder.memory.buffer, encoder.outAddress(), length).slice());
  }
  parts.push(END_OF_IMAGE);
  return join(parts);
}

/** `rows` rows from `top` on. The last pixel and the last row are repeated to fill whole MCUs (T.81 A.2.3). */
function putStrip(encoder: Exports, { width, height, data }: Pixels, top: number, rows: number): void {
  const padded = encoder.stripWidth();
  const strip = new Uint8Array(encoder.memory.buffer, encoder.stripAddress(), padded * rows * 4);
  for (let y = 0; y < rows; y++) {
    const from = Math.min(height - 1, top + y) * width * 4;
    const to = y * padded * 4;
    strip.set(data.subarray(from, from + width * 4), to);
    for (let x = width; x < padded; x++) strip.copyWithin(to + x * 4, to + (width - 1) * 4, to + width * 4);
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
