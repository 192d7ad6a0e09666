/** The frames of an animated WebP, pixel by pixel as libwebp's own demultiplexer (in libvips) shows them. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { createReader } from "../../../../src/image/formats/byteReader.ts";
import { animationChunk, frameChunk } from "../../../../src/image/formats/webp/animation/chunks.ts";
import { extendedHeader, riff } from "../../../../src/image/formats/webp/container.ts";
import { WEBP_FRAMES } from "../../../../src/image/formats/webp/frames.ts";
import { riffChunks } from "../../../../src/image/formats/webp/riff.ts";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { orderOf } from "../orders.ts";
import { framesOf, sameShown } from "./framesOf.ts";

const SIZE = { width: 40, height: 30 } as const;

type Of = {
  left?: number;
  top?: number;
  width?: number;
  height?: number;
  dispose?: boolean;
  over?: boolean;
  alpha?: number;
};

/** A frame of 20x14 or as wide and high as said, lossless or lossy. */
async function frame(lossless: boolean, { left = 0, top = 0, width = 20, height = 14, alpha = 255, ...how }: Of) {
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    const [c, x] = [i & 3, (i >> 2) % width];
    return c === 3 ? (x < 5 ? alpha : 255) : (60 + left * 7 + c * 50 + x * 3) & 255;
  });
  const file = await sharp(data, { raw: { width, height, channels: 4 } })
    .webp({ lossless, quality: 90 })
    .toBuffer();
  const read = createReader(new Uint8Array(file), true);
  const chunks = [...riffChunks(read, 12, read.length)].filter(({ tag }) => tag !== "VP8X");
  return frameChunk({
    ...{ rect: { left, top, width, height }, durationMs: 70, clears: how.dispose === true, blends: how.over === true },
    chunks: chunks.map(({ tag, at, length }) => ({ tag, data: read.slice(at, length) })),
  });
}

async function animation(lossless: boolean, frames: readonly Of[], plays = 0): Promise<Uint8Array> {
  const chunks = await Promise.all(frames.map((one) => frame(lossless, one)));
  return riff([{ tag: "VP8X", data: extendedHeader(SIZE, 0x12) }, animationChunk(plays), ...chunks]);
}

const FILES: Readonly<Record<string, readonly Of[]>> = {
  "whole frames": [{ ...SIZE }, { ...SIZE, alpha: 200 }, { ...SIZE, alpha: 0 }],
  "parts that replace": [{ ...SIZE }, { left: 4, top: 6, alpha: 0 }, { left: 20, top: 16, alpha: 128 }],
  "parts laid over": [
    { ...SIZE },
    { left: 4, top: 6, alpha: 0, over: true },
    { left: 8, top: 10, alpha: 128, over: true },
  ],
  cleared: [
    { ...SIZE },
    { left: 4, top: 6, dispose: true },
    { left: 8, top: 10, alpha: 128, over: true, dispose: true },
    { left: 0 },
  ],
  "the first one cleared": [
    { ...SIZE, dispose: true },
    { left: 4, top: 6, over: true },
  ],
  "a small first one": [
    { left: 6, top: 4 },
    { left: 10, top: 10, over: true, alpha: 77 },
  ],
};

describe.each([true, false])("lossless: %s", (lossless) => {
  test.each(Object.entries(FILES))("%s", async (_, of) => {
    const bytes = await animation(lossless, of);
    const { data } = await sharp(bytes, { animated: true }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const frames = await framesOf(WEBP_FRAMES, bytes);
    expect(frames.length).toBe(of.length);
    for (const [i, { data: own, complete, delayMs }] of frames.entries()) {
      expect([complete, delayMs]).toEqual([true, 70]);
      const theirs = data.subarray(i * own.length, (i + 1) * own.length);
      expect(sameShown(own, theirs, 2), `frame ${i}`).toBeNull();
    }
  });
});

test.each([0, 1, 7])("%i plays stay as they are", async (plays) => {
  const bytes = await animation(true, [{ ...SIZE }, { ...SIZE, alpha: 0 }], plays);
  expect(readHeader(bytes)).toMatchObject({ frames: 2, animation: { durationMs: 140, plays } });
  const made = await renderImage(orderOf(bytes, { maxFrames: 9, width: 20 }, "webp"));
  expect((await sharp(made.bytes, { animated: true }).metadata()).loop).toBe(plays);
});

test("a later frame that cannot be decoded changes nothing, and the result says that it is cut", async () => {
  const bytes = await animation(true, [{ ...SIZE }, { left: 4 }, { left: 8 }]);
  const at = Buffer.from(bytes).indexOf("VP8L", Buffer.from(bytes).indexOf("VP8L") + 4);
  bytes.set(Buffer.from("xxxx"), at);
  expect(await renderImage(orderOf(bytes, { maxFrames: 9 }, "webp"))).toMatchObject({ frames: 3, truncated: true });
});
