/**
 * Lossy WebP by our own encoder: one WebAssembly module for the VP8 frame and the alpha chunk (docs/inside/webp.md).
 */
import { defineEngine, exportsOf } from "../../engines.ts";
import type { EncodeOrder, Pixels } from "../../picture.ts";
import { createReader } from "../byteReader.ts";
import { type AlphaExports, encodeAlpha } from "./alpha.ts";
import { type Chunk, pictureChunks, webpFile } from "./container.ts";
import { encodeByLibwebp } from "./libwebp.ts";
import { riffChunks } from "./riff.ts";
import { EncoderRefusal, type EncoderRefusalReason, encodeFrame, type Vp8Exports } from "./vp8Encoder.ts";
import module from "./wasm/encoder.wasm";

const engine = defineEngine("webp-lossy-encoder", () => {
  const value = exportsOf<Vp8Exports & AlphaExports>(module, {});
  return { value, memory: value.memory };
});

/** Which pictures that our encoder refuses libwebp takes: its limit of a side is the same, and it needs more memory. */
const LIBWEBP_TAKES = {
  picture_too_large: false,
  first_partition_too_large: true,
  out_of_memory: false,
} as const satisfies Record<EncoderRefusalReason, boolean>;

/** Pixels -> WebP, by our encoder, or by libwebp where the table above says so. Throws EncoderRefusal. */
export async function encodeWebp(pixels: Pixels, { quality, effort }: EncodeOrder): Promise<Uint8Array> {
  try {
    return await encodeLossyWebp(pixels, quality);
  } catch (error) {
    if (!isForLibwebp(error)) throw error;
    return encodeByLibwebp(pixels, quality, effort);
  }
}

/** The same as the chunks of a frame of an animation (RFC 9649 2.7.1.1): ALPH where there is alpha, then VP8. */
export async function encodeFrameChunks(pixels: Pixels, { quality, effort }: EncodeOrder): Promise<readonly Chunk[]> {
  try {
    const { frame, alpha } = await encodeParts(pixels, quality);
    return pictureChunks(frame, alpha);
  } catch (error) {
    if (!isForLibwebp(error)) throw error;
    const read = createReader(await encodeByLibwebp(pixels, quality, effort), true);
    const chunks = [...riffChunks(read, 12, read.length)].filter(({ tag }) => tag === "ALPH" || tag === "VP8 ");
    return chunks.map(({ tag, at, length }) => ({ tag, data: read.slice(at, length) }));
  }
}

function isForLibwebp(error: unknown): boolean {
  return error instanceof EncoderRefusal && LIBWEBP_TAKES[error.reason];
}

/**
 * Pixels -> WebP. `quality` 1..100 as libwebp means it; alpha is kept exactly. The same pixels and quality give the
 * same bytes on every machine. Throws EncoderRefusal for what this encoder does not take.
 */
export async function encodeLossyWebp(pixels: Pixels, quality: number): Promise<Uint8Array> {
  const { frame, alpha } = await encodeParts(pixels, quality);
  return webpFile(pixels, frame, alpha);
}

async function encodeParts(pixels: Pixels, quality: number) {
  const encoder = await engine.use();
  const frame = encodeFrame(encoder, pixels, { quality, filter: true });
  return { frame, alpha: pixels.alpha ? encodeAlpha(encoder, pixels) : null };
}
