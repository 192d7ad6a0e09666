/** Animations from file to file: what a viewer sees of the animated WebP, against the source's frames by libvips. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import type { Transform } from "../../../../src/request/transform.ts";
import { psnr } from "../corpus.ts";
import { orderOf } from "../orders.ts";
import { animatedGif, GIFS, part, whole } from "./drawnGifs.ts";

const moving = (bytes: Uint8Array, over: Partial<Transform> = {}) =>
  renderImage(orderOf(bytes, { maxFrames: 100, quality: 90, ...over }, "webp"));

/** Every frame as RGBA on a grey ground, as wide and high as asked for. */
async function shown(bytes: Uint8Array, size?: { width: number; height: number }) {
  const all = sharp(bytes, { animated: true });
  const { pages = 1, pageHeight, height, width, delay = [], loop } = await all.metadata();
  const frames = await Promise.all(
    Array.from({ length: pages }, (_, page) => {
      const frame = sharp(bytes, { page }).ensureAlpha();
      const sized = size === undefined ? frame : frame.resize(size.width, size.height, { fit: "fill", kernel: "lanczos3" });
      return sized.flatten({ background: "#777" }).raw().toBuffer();
    }),
  );
  return { frames, delay, loop, width, height: pageHeight ?? height };
}

describe("each frame looks as it does in the source", () => {
  test.each(Object.entries(GIFS))("%s", async (_, bytes) => {
    const made = await moving(bytes);
    const [result, source] = [await shown(made.bytes), await shown(bytes)];
    expect([made.frames, result.frames.length]).toEqual([source.frames.length, source.frames.length]);
    expect(readHeader(made.bytes)).toMatchObject({ format: "webp", width: 24, height: 18, frames: made.frames });
    for (const [i, frame] of result.frames.entries()) {
      expect(psnr(frame, source.frames[i] ?? Buffer.alloc(0)), `frame ${i}`).toBeGreaterThan(17);
    }
  });
});
