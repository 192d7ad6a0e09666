/** The frames of a GIF, pixel by pixel as libvips shows them. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { GIF_FRAMES } from "../../../../src/image/formats/gif/frames.ts";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { animatedGif, gifs } from "./drawnGifs.ts";
import { framesOf, sameShown } from "./framesOf.ts";

describe("as libvips shows them", () => {
  test.each(Object.entries(gifs(false)))("%s", async (_, bytes) => {
    const { data, info } = await sharp(bytes, { animated: true })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const frames = await framesOf(GIF_FRAMES, bytes);
    expect(frames.length).toBe(readHeader(bytes).frames);
    expect(frames.length).toBe(info.height / (info.pageHeight ?? info.height));
    for (const [i, frame] of frames.entries()) {
      const size = frame.data.length;
      expect(sameShown(frame.data, data.subarray(i * size, (i + 1) * size)), `frame ${i}`).toBeNull();
    }
  });
});

test("a cleared frame without a transparent colour leaves the canvas transparent, as in browsers", async () => {
  const indices = Array.from({ length: 24 * 18 }, () => 1);
  const frames = [
    { indices, disposal: 2 },
    { left: 3, width: 2, height: 1, indices: [2, 2] },
  ];
  const [, second] = await framesOf(GIF_FRAMES, animatedGif(frames));
  const expected = new Uint8Array(4 * 24 * 18);
  expected.set([0, 0, 255, 255, 0, 0, 255, 255], 12);
  expect(second?.alpha).toBe(true);
  expect(sameShown(second?.data ?? new Uint8Array(), expected)).toBeNull();
});
