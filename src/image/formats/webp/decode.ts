/** WebP by libwebp (@cwasm/webp). Of an animation the first frame is cut out here, for libwebp's still API refuses it. */
import module from "@cwasm/webp/webp.wasm";
import { Failure } from "../../../errors.ts";
import type { Decoder, Pixels } from "../../picture.ts";
import { resizeWhole } from "../../resize/whole.ts";
import { defineEngine, exportsOf } from "../../wasm.ts";
import { createReader, damaged } from "../byteReader.ts";
import { riffChunks } from "./header.ts";

type Exports = {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(at: number): void;
  /** Gives a pointer to RGBA rows, or 0. */
  WebPDecodeRGBA(from: number, bytes: number, width: number, height: number): number;
};

const engine = defineEngine("webp", () => {
  const ignore = () => 0;
  const value = exportsOf<Exports>(module, {
    wasi_snapshot_preview1: { fd_close: ignore, fd_seek: ignore, fd_write: ignore },
  });
  return { value, memory: value.memory };
});

/** WebP bytes -> the view's pixels. Throws image_damaged; libwebp's still API gives nothing of a truncated file. */
export const decodeWebp: Decoder = async (bytes, source, { view }, clock) => {
  const webp = await engine.use();
  const frame = source.frames > 1 || isAnimated(bytes) ? firstFrame(bytes) : { still: bytes, left: 0, top: 0 };
  const from = webp.malloc(frame.still.length);
  const sides = webp.malloc(8);
  let to = 0;
  try {
    if (from === 0 || sides === 0) throw new Failure("source_too_complex", { why: "out of memory" });
    new Uint8Array(webp.memory.buffer, from, frame.still.length).set(frame.still);
    to = webp.WebPDecodeRGBA(from, frame.still.length, sides, sides + 4);
    if (to === 0) throw damaged("libwebp cannot decode it");
    const [width = 0, height = 0] = new Uint32Array(webp.memory.buffer, sides, 2);
    const data = new Uint8Array(webp.memory.buffer, to, width * height * 4);
    const decoded = onCanvas({ width, height, data, alpha: source.alpha }, source, frame);
    clock.lap("decode");
    const pixels = await resizeWhole(decoded, view);
    clock.lap("resize");
    return { pixels, truncated: false };
  } finally {
    webp.free(from);
    webp.free(sides);
    webp.free(to);
  }
};

type Frame = { readonly still: Uint8Array; readonly left: number; readonly top: number };

function isAnimated(bytes: Uint8Array): boolean {
  const read = createReader(bytes, true);
  for (const { tag } of riffChunks(read, 12, bytes.length)) if (tag === "ANMF") return true;
  return false;
}

/** The first ANMF chunk (RFC 9649 2.7.1.1: 16 bytes of frame header, then its chunks) as a file of its own. */
function firstFrame(bytes: Uint8Array): Frame {
  const read = createReader(bytes, true);
  for (const { tag, at, length } of riffChunks(read, 12, bytes.length)) {
    if (tag !== "ANMF") continue;
    const [left, top] = [2 * read.u24(at), 2 * read.u24(at + 3)];
    const size = [read.slice(at + 6, 3), read.slice(at + 9, 3)] as const;
    const chunks = read.slice(at + 16, length - 16);
    const inner = createReader(chunks, true);
    const alpha = [...riffChunks(inner, 0, chunks.length)].some((chunk) => chunk.tag === "ALPH");
    return { still: riffFile(alpha ? [extendedHeader(size), chunks] : [chunks]), left, top };
  }
  throw damaged("no frame in the animation");
}

/** VP8X chunk with the alpha flag, for a frame that brings its alpha in a chunk of its own. */
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

/** A frame smaller than its canvas, on a transparent canvas. */
function onCanvas(frame: Pixels, canvas: { width: number; height: number }, { left, top }: Frame): Pixels {
  if (frame.width === canvas.width && frame.height === canvas.height) return frame;
  if (left + frame.width > canvas.width || top + frame.height > canvas.height) throw damaged("a frame off its canvas");
  const data = new Uint8Array(canvas.width * canvas.height * 4);
  const row = frame.width * 4;
  for (let y = 0; y < frame.height; y++) {
    data.set(frame.data.subarray(y * row, (y + 1) * row), ((top + y) * canvas.width + left) * 4);
  }
  return { width: canvas.width, height: canvas.height, data, alpha: true };
}
