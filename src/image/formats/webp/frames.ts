/** The frames of an animated WebP (RFC 9649 2.7.1), each as it is shown. The canvas is transparent at first, as in browsers. */
import { Failure } from "../../../errors.ts";
import { AnimationCanvas } from "../../animation/canvas.ts";
import { type FrameReader, type ShownFrame, shownDelay } from "../../animation/frames.ts";
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { DISPOSE, NO_BLENDING } from "./animation/chunks.ts";
import { frameAt, withDecoded } from "./decode.ts";
import { FRAME_HEADER_BYTES } from "./header.ts";
import { riffChunks } from "./riff.ts";

export const WEBP_FRAMES: FrameReader = {
  read: readWebpFrames,
  // The canvas, and a frame in libwebp's memory, which takes a fifth byte for lossless ones.
  memoryBytes: ({ width, height }, fileBytes) => fileBytes + 9 * width * height,
};

async function* readWebpFrames(bytes: Uint8Array, source: Source, most: number): AsyncGenerator<ShownFrame, void> {
  const canvas = new AnimationCanvas(source);
  const { width, height, data } = canvas;
  const read = createReader(bytes, true);
  let count = 0;
  for (const chunk of riffChunks(read, 12, read.length)) {
    const { tag, at } = chunk;
    if (tag !== "ANMF" || at + FRAME_HEADER_BYTES > read.length) continue;
    const size = { width: read.u24(at + 6) + 1, height: read.u24(at + 9) + 1 };
    const { still, left, top } = frameAt(bytes, chunk);
    const flags = read.u8(at + 15);
    const changed = canvas.begin({ left, top, ...size }, (flags & DISPOSE) === 0 ? "keep" : "background");
    const place = { left, top, over: (flags & NO_BLENDING) === 0 };
    const complete = await draw(still, canvas, place, count > 0);
    const pixels = { width, height, data, alpha: canvas.isClear() };
    yield { pixels, delayMs: shownDelay(read.u24(at + 12)), changed, complete };
    if (++count === most) return;
  }
}

type Place = { readonly left: number; readonly top: number; readonly over: boolean };

/** Draws a frame. `mayFail`: one that cannot be decoded changes nothing, and the answer is false. */
async function draw(still: Uint8Array, canvas: AnimationCanvas, place: Place, mayFail: boolean): Promise<boolean> {
  try {
    await withDecoded(still, async ({ width, height }, data) => {
      if (place.left + width > canvas.width || place.top + height > canvas.height)
        throw damaged("a frame off its canvas");
      const row = new Uint32Array(width);
      const bytes = new Uint8Array(row.buffer);
      for (let y = 0; y < height; y++) {
        bytes.set(data.subarray(4 * y * width, 4 * (y + 1) * width));
        canvas.put(row, width, (place.top + y) * canvas.width + place.left, 1, place.over);
      }
    });
    return true;
  } catch (error) {
    if (!mayFail || !(error instanceof Failure)) throw error;
    return false;
  }
}
