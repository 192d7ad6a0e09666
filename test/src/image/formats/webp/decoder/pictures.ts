/** Lossy WebPs of every kind libwebp's encoder makes, out of pictures that are seeded. */
import factory from "@jsquash/webp/codec/enc/webp_enc_simd.js";
import module from "@jsquash/webp/codec/enc/webp_enc_simd.wasm";
import { startEmscripten } from "../../../../../../src/image/engines.ts";
import { CONFIG } from "../../../../../../src/image/formats/webp/libwebp.ts";
import type { Random } from "../../jpeg/decoder/random.ts";

type Encoder = { encode(data: Uint8Array, width: number, height: number, options: object): Uint8Array | null };
export type Options = Partial<Record<keyof typeof CONFIG | "quality" | "method", number>>;

let encoder: Promise<{ value: Encoder }> | null = null;

/** RGBA -> lossy WebP by libwebp, with any of its settings. */
export async function encodeWith(
  pixels: Uint8Array,
  width: number,
  height: number,
  options: Options,
): Promise<Uint8Array> {
  encoder ??= startEmscripten<Encoder>(factory, module);
  const bytes = (await encoder).value.encode(pixels, width, height, { ...CONFIG, quality: 75, method: 4, ...options });
  if (bytes === null) throw new Error(`libwebp cannot encode ${width}x${height}`);
  return new Uint8Array(bytes);
}

/** Waves, an edge, a flat corner and some noise: every mode of prediction has something to do. */
export function paint(random: Random, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 4).fill(255);
  const [slow, fast, turn, noise] = [random.next() / 9, random.next(), random.next() * 3, random.between(0, 60)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x * 3 < width && y * 3 < height) continue;
      const along = x * Math.cos(turn) + y * Math.sin(turn);
      const edge = along % 23 < 11 ? 40 : -40;
      for (let c = 0; c < 3; c++) {
        const wave = 60 * Math.sin(along * slow + c) + 30 * Math.sin(along * fast * (c + 1));
        pixels[(y * width + x) * 4 + c] = Math.min(255, Math.max(0, 128 + wave + edge + noise * (random.next() - 0.5)));
      }
    }
  }
  return pixels;
}
