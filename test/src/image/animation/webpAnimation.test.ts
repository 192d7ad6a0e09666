/** Animations from file to file: what a viewer sees of the animated WebP, against the source's frames by libvips. */
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { CENTRE, type Transform } from "../../../../src/request/transform.ts";
import { psnr } from "../corpus.ts";
import { control, gifFile } from "../formats/gif/gifFile.ts";
import { orderOf } from "../orders.ts";
import { animatedGif, gifs, SOFT, whole } from "./drawnGifs.ts";

const moving = (bytes: Uint8Array, over: Partial<Transform> = {}) =>
  renderImage(orderOf(bytes, { maxFrames: 100, quality: 90, ...over }, "webp"));

/** Every frame as RGBA on a grey ground, as wide and high as asked for. */
async function shown(bytes: Uint8Array, size?: { width: number; height: number }) {
  const all = sharp(bytes, { animated: true });
  const { pages = 1, pageHeight, height, width, delay = [], loop } = await all.metadata();
  const frames = await Promise.all(
    Array.from({ length: pages }, (_, page) => {
      const frame = sharp(bytes, { page }).ensureAlpha();
      const sized =
        size === undefined ? frame : frame.resize(size.width, size.height, { fit: "fill", kernel: "lanczos3" });
      return sized.flatten({ background: "#777" }).ensureAlpha().raw().toBuffer();
    }),
  );
  return { frames, delay, loop, width, height: pageHeight ?? height };
}

const GREY = { background: "#777" };

describe("each frame looks as it does in the source", () => {
  test.each(Object.entries(gifs(true)))("%s", async (_, bytes) => {
    const made = await moving(bytes);
    const [result, source] = [await shown(made.bytes), await shown(bytes)];
    expect([made.frames, result.frames.length]).toEqual([source.frames.length, source.frames.length]);
    expect(readHeader(made.bytes)).toMatchObject({ format: "webp", width: 24, height: 18, frames: made.frames });
    for (const [i, frame] of result.frames.entries()) {
      expect(psnr(frame, source.frames[i] ?? Buffer.alloc(0)), `frame ${i}`).toBeGreaterThan(17);
    }
  });
});

describe("delays and plays", () => {
  const two = [
    whole(0, { hundredths: 7 }),
    whole(5, { hundredths: 0 }),
    whole(9, { hundredths: 1 }),
    whole(2, { hundredths: 2 }),
  ];
  test.each([
    ["no loop extension: once", null, 1],
    ["0: without end", 0, 0],
    ["1: twice", 1, 2],
    ["5: six times", 5, 6],
    ["65535: as often as WebP can say", 65_535, 65_535],
  ])("%s", async (_, loop, plays) => {
    const { bytes } = await moving(animatedGif(two, loop));
    expect((await sharp(bytes, { animated: true }).metadata()).loop).toBe(plays);
    // Up to 10 ms browsers show 100.
    expect((await shown(bytes)).delay).toEqual([70, 100, 100, 20]);
    expect(readHeader(bytes).animation).toEqual({ durationMs: 290, plays });
  });

  test("frames that look the same are one, with their delays together", async () => {
    const { bytes, frames } = await moving(animatedGif([whole(0), whole(0), whole(5), whole(5), whole(5), whole(0)]));
    expect([frames, (await shown(bytes)).delay]).toEqual([6, [140, 210, 70]]);
  });
  test("nothing moves: a still", async () => {
    const { bytes, frames } = await moving(animatedGif([whole(0), whole(0)]));
    expect([frames, readHeader(bytes)]).toMatchObject([2, { frames: 1, alpha: false }]);
    const still = await renderImage(orderOf(animatedGif([whole(0)]), { quality: 90 }, "webp"));
    expect(bytes).toEqual(still.bytes);
  });
  test("a frame can last for 0xffffff ms at most", async () => {
    const long = Array.from({ length: 30 }, () => whole(0, { hundredths: 65_535 }));
    const { bytes } = await moving(animatedGif([...long, whole(5)]));
    const { delay } = await shown(bytes);
    expect(delay).toEqual([25 * 655_350, 5 * 655_350, 70]);
  });
});

describe("options", () => {
  const gif = gifs(true)["all disposals in turn"];
  test.each<readonly [string, Partial<Transform>, readonly [number, number], (image: Sharp) => Sharp]>([
    ["smaller", { width: 12 }, [12, 9], (image) => image.resize(12, 9)],
    ["turned", { rotate: 90 }, [18, 24], (image) => image.rotate(90)],
    [
      "cropped",
      { crop: { width: 10, height: 8, gravity: { kind: "compass", at: "nowe", x: 3, y: 2 } } },
      [10, 8],
      (image) => image.extract({ left: 3, top: 2, width: 10, height: 8 }),
    ],
    ["filled", { width: 10, height: 12, resize: "fill" }, [10, 12], (image) => image.resize(10, 12, { fit: "cover" })],
    [
      "on a larger canvas",
      { width: 40, height: 24, extend: CENTRE, extendColour: [0x77, 0x77, 0x77] },
      [40, 24],
      (image) => image.flatten(GREY).extend({ left: 8, right: 8, top: 3, bottom: 3, ...GREY }),
    ],
    ["enlarged", { width: 48, enlarge: true }, [48, 36], (image) => image.resize(48, 36, { kernel: "cubic" })],
    ["on a colour", { background: [0x77, 0x77, 0x77] }, [24, 18], (image) => image],
  ])("%s: per frame", async (_, transform, [width, height], by) => {
    const made = await moving(gif, transform);
    expect(made).toMatchObject({ width, height, frames: 7 });
    const { frames } = await shown(made.bytes);
    expect(frames.length).toBe(7);
    for (const [page, frame] of frames.entries()) {
      const expected = by(sharp(gif, { page }).ensureAlpha()).flatten(GREY).ensureAlpha();
      expect(psnr(frame, await expected.raw().toBuffer()), `frame ${page}`).toBeGreaterThan(23);
    }
  });

  test("the first N frames, and stills", async () => {
    expect((await moving(gif, { maxFrames: 3 })).frames).toBe(3);
    expect(await moving(gif, { maxFrames: 1 })).toMatchObject({ frames: 1 });
    for (const format of ["jpeg", "png"] as const) {
      expect((await renderImage(orderOf(gif, { maxFrames: 100 }, format))).frames).toBe(1);
    }
    const order = { ...orderOf(gif, { maxFrames: 100 }, "webp") };
    const few = await renderImage({ ...order, limits: { ...order.limits, maxAnimationPixels: 5 * 24 * 18 } });
    expect(few.frames).toBe(5);
  });

  test("3000 frames of 2000x2000 are the first 12, within a second", async () => {
    const [width, height] = [2000, 2000];
    const ground = { width, height: 20, indices: Array.from({ length: width * 20 }, () => 1) };
    const dot = { left: 5, top: 5, width: 2, height: 2 };
    const frames = Array.from({ length: 2999 }, (_, i) => ({
      ...dot,
      indices: [i & 3, 1, 2, i & 1],
      before: control({ hundredths: 4 }),
    }));
    const bytes = gifFile({ width, height, palette: SOFT, frames: [ground, ...frames] });
    const started = process.cpuUsage();
    const made = await moving(bytes, { width: 320 });
    const { user } = process.cpuUsage(started);
    expect([made.frames, made.source.frames]).toEqual([12, 3000]);
    expect(user / 1000).toBeLessThan(1000);
  });

  test("the first frame is that of the still", async () => {
    const still = await renderImage(orderOf(gif, { width: 12, quality: 90 }, "webp"));
    const { bytes } = await moving(gif, { width: 12 });
    const [a, b] = [
      await sharp(bytes).ensureAlpha().raw().toBuffer(),
      await sharp(still.bytes).ensureAlpha().raw().toBuffer(),
    ];
    expect(Buffer.compare(a, b)).toBe(0);
  });

  test("rights are kept", async () => {
    const license = { license: "https://a.test/by", creator: "Jane" };
    const { bytes } = await moving(gif, { license });
    const { pages, xmp } = await sharp(bytes, { animated: true }).metadata();
    expect([pages, String(xmp).includes("Jane")]).toEqual([7, true]);
  });
});
