/** The encoder's own planes against those that a decoder makes of its file. */
import { webpFile } from "../../../../../src/image/formats/webp/container.ts";
import { encodeFrame, type Vp8Exports } from "../../../../../src/image/formats/webp/vp8Encoder.ts";
import module from "../../../../../src/image/formats/webp/wasm/encoder.wasm";
import type { Pixels } from "../../../../../src/image/picture.ts";
import { byLibwebp, firstDifference, planesOf, toRgba } from "./decoder/reference.ts";

type Planes = {
  readonly planeY: { readonly value: number };
  readonly planeU: { readonly value: number };
  readonly planeV: { readonly value: number };
  readonly strideY: { readonly value: number };
  readonly strideUV: { readonly value: number };
};

export function newEncoder(): Vp8Exports & Planes {
  return new WebAssembly.Instance(module, {}).exports as unknown as Vp8Exports & Planes;
}

/** One for all tests of a file: pictures of all sizes follow each other in it, as in an isolate. */
export const encoder = newEncoder();

/**
 * Encodes without the loop filter and with it. "" when a decoder makes of the first file exactly the planes that the
 * encoder predicted from, and libwebp and our decoder make the same picture of both; else the first difference.
 */
export function drift(pixels: Pixels, quality: number): string {
  const plain = webpFile(pixels, encodeFrame(encoder, pixels, { quality, filter: false }), null);
  const own = [
    [encoder.planeY.value, encoder.strideY.value, 16],
    [encoder.planeU.value, encoder.strideUV.value, 8],
    [encoder.planeV.value, encoder.strideUV.value, 8],
  ] as const;
  const heap = new Uint8Array(encoder.memory.buffer);
  const { planes } = planesOf(plain);
  const [across, down] = [Math.ceil(pixels.width / 16), Math.ceil(pixels.height / 16)];
  for (const [i, [at, stride, side]] of own.entries()) {
    const theirs = planes[i];
    if (theirs === undefined) return `no plane ${"YUV"[i]}`;
    for (let y = 0; y < down * side; y++) {
      for (let x = 0; x < across * side; x++) {
        const [a, b] = [heap[at + y * stride + x], theirs.data[y * theirs.stride + x]];
        if (a !== b) return `${"YUV"[i]} at ${x},${y}: the encoder has ${a}, a decoder ${b}`;
      }
    }
  }
  const filtered = webpFile(pixels, encodeFrame(encoder, pixels, { quality, filter: true }), null);
  for (const file of [plain, filtered]) {
    const difference = firstDifference(toRgba(planesOf(file)), byLibwebp(file), pixels.width);
    if (difference !== "") return `${file === plain ? "without" : "with"} the loop filter: ${difference}`;
  }
  return "";
}
