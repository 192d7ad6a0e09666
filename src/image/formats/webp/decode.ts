/**
 * WebP by libwebp (@cwasm/webp). The first frame of an animation is cut out here: libwebp's still API refuses the
 * file.
 */
import module from "@cwasm/webp/webp.wasm";
import { defineEngine, exportsOf } from "../../engines.ts";
import { type Decode, type DecodeCost, type Pixels, type Size, stillPicture } from "../../picture.ts";
import { resizeWhole } from "../../resize/whole.ts";
import { createReader, damaged } from "../byteReader.ts";
import { type RiffChunk, riffChunks } from "./riff.ts";

type Exports = {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(at: number): void;
  /** Gives a pointer to RGBA rows, or 0. */
  WebPDecodeRGBA(from: number, bytes: number, width: number, height: number): number;
};

/** Nothing says which libwebp the package is built of; before 1.3.2 its lossless decoder wrote out of bounds (CVE-2023-4863). */
const engine = defineEngine(
  "webp",
  () => {
    const ignore = () => 0;
    const value = exportsOf<Exports>(module, {
      wasi_snapshot_preview1: { fd_close: ignore, fd_seek: ignore, fd_write: ignore },
    });
    return { value, memory: value.memory };
  },
  "one picture",
);

/** The file and the frame; lossless keeps a frame of its own beside. A frame of an animation may need a canvas too. */
export function webpMemory({ source, fileBytes }: DecodeCost): number {
  const canvas = source.webp?.firstFrame ? 4 : 0;
  return fileBytes + (5 + canvas) * source.width * source.height;
}

/** WebP bytes -> the view's picture. Throws image_damaged: libwebp's still API gives nothing of a truncated file. */
export const decodeWebp: Decode = async (bytes, source, { view }, clock) => {
  const chunk = source.webp?.firstFrame ?? null;
  const frame = chunk === null ? { still: bytes, left: 0, top: 0 } : frameAt(bytes, chunk);
  const pixels = await withDecoded(frame.still, async (size, data) => {
    const decoded = onCanvas({ ...size, data, alpha: source.alpha }, source, frame);
    clock.lap("decode");
    return resizeWhole(decoded, source, view);
  });
  clock.lap("resize");
  return { picture: stillPicture(pixels), truncated: false };
};

/**
 * Calls `use` with the size and the RGBA pixels of a still file. The pixels are in the engine's memory, until `use` resolves.
 * Throws image_damaged.
 */
export async function withDecoded<T>(still: Uint8Array, use: (size: Size, data: Uint8Array) => Promise<T>): Promise<T> {
  const webp = await engine.use();
  const from = webp.malloc(still.length);
  const sides = webp.malloc(8);
  let to = 0;
  try {
    if (from === 0 || sides === 0) throw new RangeError("out of memory");
    new Uint8Array(webp.memory.buffer, from, still.length).set(still);
    to = webp.WebPDecodeRGBA(from, still.length, sides, sides + 4);
    if (to === 0) throw damaged("libwebp cannot decode it");
    const [width = 0, height = 0] = new Uint32Array(webp.memory.buffer, sides, 2);
    return await use({ width, height }, new Uint8Array(webp.memory.buffer, to, width * height * 4));
  } finally {
    webp.free(from);
    webp.free(sides);
    webp.free(to);
  }
}

export type Frame = { readonly still: Uint8Array; readonly left: number; readonly top: number };

/** A chunk "ANMF" (RFC 9649 2.7.1.1: 16 bytes of frame header, then its chunks) as a file of its own. */
export function frameAt(bytes: Uint8Array, { at, length }: RiffChunk): Frame {
  const read = createReader(bytes, true);
  const [left, top] = [2 * read.u24(at), 2 * read.u24(at + 3)];
  const size = [read.slice(at + 6, 3), read.slice(at + 9, 3)] as const;
  const chunks = read.slice(at + 16, length - 16);
  return { still: riffFile(hasAlphaChunk(chunks) ? [extendedHeader(size), chunks] : [chunks]), left, top };
}

function hasAlphaChunk(chunks: Uint8Array): boolean {
  for (const { tag } of riffChunks(createReader(chunks, true), 0, chunks.length)) if (tag === "ALPH") return true;
  return false;
}

/** A VP8X chunk with the alpha flag, for a frame whose alpha is in a chunk of its own. */
function extendedHeader(size: readonly [Uint8Array, Uint8Array]): Uint8Array {
  const chunk = new Uint8Array(18);
  chunk.set([0x56, 0x50, 0x38, 0x58, 10, 0, 0, 0, 0x10]);
  chunk.set(size[0], 12);
  chunk.set(size[1], 15);
  return chunk;
}

function riffFile(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  const file = new Uint8Array(8 + length);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x52494646);
  view.setUint32(4, length, true);
  view.setUint32(8, 0x57454250);
  let at = 12;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** Puts a frame that is smaller than its canvas on a transparent canvas. */
function onCanvas(frame: Pixels, canvas: Size, { left, top }: Frame): Pixels {
  if (frame.width === canvas.width && frame.height === canvas.height) return frame;
  if (left + frame.width > canvas.width || top + frame.height > canvas.height) throw damaged("a frame off its canvas");
  const data = new Uint8Array(canvas.width * canvas.height * 4);
  const row = frame.width * 4;
  for (let y = 0; y < frame.height; y++) {
    data.set(frame.data.subarray(y * row, (y + 1) * row), ((top + y) * canvas.width + left) * 4);
  }
  return { width: canvas.width, height: canvas.height, data, alpha: true };
}
