/** The encoder as the engine uses it: who reads its files, what quality means, what it refuses, what memory it takes. */
import sharp from "sharp";
import { afterEach, describe, expect, test } from "vitest";
import { dropAllEngines, engineMemory } from "../../../../../src/image/engines.ts";
import { encodeLossyWebp, encodeWebp } from "../../../../../src/image/formats/webp/encode.ts";
import { webpHeader } from "../../../../../src/image/formats/webp/header.ts";
import { EncoderRefusal, encodeFrame, MAX_SIDE } from "../../../../../src/image/formats/webp/vp8Encoder.ts";
import type { Pixels } from "../../../../../src/image/picture.ts";
import { psnr } from "../../corpus.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { encodeWith } from "./decoder/pictures.ts";
import { newEncoder } from "./encoderPlanes.ts";
import { picture } from "./pictures.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const MB = 1024 * 1024;

afterEach(dropAllEngines);

describe("encodeLossyWebp", () => {
  test("sharp and our header parser read it", async () => {
    const pixels = picture(seeded(61), "photo", 203, 117, null);
    const bytes = await encodeLossyWebp(pixels, 80);
    const { format, width, height, hasAlpha } = await sharp(bytes).metadata();
    expect([format, width, height, hasAlpha]).toEqual(["webp", 203, 117, false]);
    expect(webpHeader(bytes)).toMatchObject({ width: 203, height: 117, alpha: false, frames: 1, colour: "ycc" });
    const withAlpha = await encodeLossyWebp(picture(seeded(61), "photo", 203, 117, "disc"), 80);
    expect(webpHeader(withAlpha)).toMatchObject({ width: 203, height: 117, alpha: true, frames: 1 });
  });

  test("each quality: about libwebp's bytes and its distance from the picture", async () => {
    const [width, height] = [320, 240];
    const pixels = picture(seeded(62), "photo", width, height, null);
    for (const quality of [1, 10, 30, 50, 75, 85, 95, 100]) {
      const ours = await encodeLossyWebp(pixels, quality);
      const theirs = await encodeWith(pixels.data, width, height, { quality });
      const ratio = ours.length / theirs.length;
      expect(ratio, `q${quality}: ${ours.length} bytes for ${theirs.length}`).toBeGreaterThan(0.85);
      expect(ratio, `q${quality}: ${ours.length} bytes for ${theirs.length}`).toBeLessThan(1.15);
      const near = async (bytes: Uint8Array) => psnr(pixels.data, await sharp(bytes).ensureAlpha().raw().toBuffer());
      expect(await near(ours), `q${quality}`).toBeGreaterThan((await near(theirs)) - 0.7);
    }
  });

  test("a higher quality is nearer and never the same file", async () => {
    const pixels = picture(seeded(63), "photo", 160, 120, null);
    let [before, bytes] = [0, 0];
    for (let quality = 1; quality <= 100; quality += 9) {
      const file = await encodeLossyWebp(pixels, quality);
      const now = psnr(pixels.data, await sharp(file).ensureAlpha().raw().toBuffer());
      expect(now, `q${quality}`).toBeGreaterThan(before - 0.3);
      expect(file.length, `q${quality}`).toBeGreaterThan(bytes);
      [before, bytes] = [now, file.length];
    }
  });

  test("the same bytes after other pictures and in another instance", async () => {
    const pixels = picture(seeded(64), "photo", 100, 70, "disc");
    const first = await encodeLossyWebp(pixels, 60);
    await encodeLossyWebp(picture(seeded(65), "noise", 300, 200, "noise"), 100);
    expect(await encodeLossyWebp(pixels, 60)).toEqual(first);
    dropAllEngines();
    expect(await encodeLossyWebp(pixels, 60)).toEqual(first);
  });
});

describe("limits", () => {
  test("a side of 16 383 is taken, one more is refused", async () => {
    const row = (width: number): Pixels => ({
      width,
      height: 1,
      data: new Uint8Array(width * 4).fill(90),
      alpha: false,
    });
    const { width } = await sharp(await encodeLossyWebp(row(MAX_SIDE), 50)).metadata();
    expect(width).toBe(MAX_SIDE);
    const refused = encodeLossyWebp(row(MAX_SIDE + 1), 50);
    await expect(refused).rejects.toThrow(EncoderRefusal);
    await expect(refused).rejects.toMatchObject({
      reason: "picture_too_large",
      message: "16384x1 is over the limit of 16383 a side",
    });
  });

  test.runIf(LONG)(
    "modes over 512 KB are refused, libwebp takes them, and the instance goes on",
    async () => {
      const encoder = newEncoder();
      const noise = picture(seeded(66), "noise", 512, 512, null);
      const [width, height] = [8192, 4096];
      const data = new Uint8Array(width * height * 4);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x += 512) {
          const from = ((y + x) % 512) * 512 * 4;
          data.set(noise.data.subarray(from, from + 512 * 4), (y * width + x) * 4);
        }
      }
      const settings = { quality: 95, filter: true };
      expect(() => encodeFrame(encoder, { width, height, data, alpha: false }, settings)).toThrow(
        /take more than the limit/,
      );
      expect(encodeFrame(encoder, noise, settings)).toEqual(encodeFrame(newEncoder(), noise, settings));
      // libwebp's method 0 cannot encode so much noise; methods 2 and 4 can.
      const file = await encodeWebp({ width, height, data, alpha: false }, { quality: 95, effort: 4 });
      expect(await sharp(file).metadata()).toMatchObject({ format: "webp", width, height });
    },
    120_000,
  );
});

describe("memory", () => {
  const megabytes = () => (engineMemory()["webp-lossy-encoder"] ?? 0) / MB;

  test.each(["photo", "noise"] as const)("640 x 640 of %s at any quality: at most 6 MB", async (kind) => {
    for (const quality of [75, 100]) await encodeLossyWebp(picture(seeded(67), kind, 640, 640, null), quality);
    expect(megabytes()).toBeLessThanOrEqual(6);
    await encodeLossyWebp(picture(seeded(67), kind, 640, 640, "noise"), 75);
    expect(megabytes()).toBeLessThanOrEqual(6);
  });

  test.runIf(LONG)("12 megapixels of noise: at most 40 MB more than their planes", async () => {
    const noise = picture(seeded(68), "noise", 4096, 2929, null);
    await encodeLossyWebp(noise, 75);
    expect(megabytes()).toBeLessThanOrEqual(40 + 18);
    await encodeLossyWebp(noise, 100);
    console.log(`12 MP of noise at quality 100: ${megabytes().toFixed(1)} MB`);
  });
});
