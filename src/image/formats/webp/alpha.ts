/** The alpha chunk of a lossy WebP (RFC 9649, 2.7.1.2), by the encoder's module (assembly/alpha). */
import type { Pixels } from "../../picture.ts";
import { EncoderRefusal } from "./vp8Encoder.ts";

/** What assembly/alpha/alpha.ts exports. */
export type AlphaExports = {
  readonly memory: WebAssembly.Memory;
  readonly alphaChunk: { readonly value: number };
  startAlpha(width: number, height: number): number;
  encodeAlpha(): number;
};

/**
 * The data of the ALPH chunk, which keeps alpha exactly; null when every pixel is opaque. Overwrites the picture that
 * the module encoded before. Throws EncoderRefusal.
 */
export function encodeAlpha(encoder: AlphaExports, { width, height, data }: Pixels): Uint8Array | null {
  const plane = encoder.startAlpha(width, height);
  if (plane === 0) throw outOfMemory(width, height);
  const samples = new Uint8Array(encoder.memory.buffer, plane, width * height);
  let common = 255;
  for (let i = 0, from = 3; i < samples.length; i++, from += 4) {
    const alpha = data[from] ?? 0;
    samples[i] = alpha;
    common &= alpha;
  }
  if (common === 255) return null;
  const length = encoder.encodeAlpha();
  if (length === 0) throw outOfMemory(width, height);
  return new Uint8Array(encoder.memory.buffer, encoder.alphaChunk.value, length).slice();
}

function outOfMemory(width: number, height: number): EncoderRefusal {
  return new EncoderRefusal("out_of_memory", `no memory for the alpha of ${width}x${height}`);
}
