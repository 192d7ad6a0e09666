/** Alpha is kept exactly, in no more bytes than libwebp needs for it. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { createReader } from "../../../../../src/image/formats/byteReader.ts";
import { type AlphaExports, encodeAlpha } from "../../../../../src/image/formats/webp/alpha.ts";
import { encodeLossyWebp } from "../../../../../src/image/formats/webp/encode.ts";
import { riffChunks } from "../../../../../src/image/formats/webp/riff.ts";
import type { Pixels } from "../../../../../src/image/picture.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { encodeWith } from "./decoder/pictures.ts";
import { byLibwebp } from "./decoder/reference.ts";
import { newEncoder } from "./encoderPlanes.ts";
import { ALPHA_KINDS, picture } from "./pictures.ts";

const encoder = newEncoder() as unknown as AlphaExports;
const alphaOf = (rgba: Uint8Array) => rgba.filter((_, i) => i % 4 === 3);

/** The parts of a WebP: tags and lengths. */
function chunks(bytes: Uint8Array): Record<string, number> {
  const found = [...riffChunks(createReader(bytes, true), 12, bytes.length)];
  return Object.fromEntries(found.map(({ tag, length }) => [tag, length]));
}

describe("alpha", () => {
  test.each(ALPHA_KINDS)("%s: exactly what it was, by libwebp and by sharp", async (kind) => {
    const random = seeded(41);
    const sizes = [
      [1, 1],
      [1, 40],
      [40, 1],
      [2, 3],
      [15, 17],
      [16, 16],
      [33, 7],
      [8, 300],
      [130, 95],
    ] as const;
    for (const [width, height] of sizes) {
      const pixels = picture(random, "photo", width, height, kind);
      const bytes = await encodeLossyWebp(pixels, 60);
      const name = `${width}x${height}`;
      expect([name, alphaOf(byLibwebp(bytes) ?? new Uint8Array())]).toEqual([name, alphaOf(pixels.data)]);
      expect([name, alphaOf(await sharp(bytes).ensureAlpha().raw().toBuffer())]).toEqual([
        name,
        Buffer.from(alphaOf(pixels.data)),
      ]);
    }
  });

  // libwebp packs eight samples of two values into one, so it needs fewer bytes for stripes.
  test.each([
    ["all transparent", 1.2],
    ["disc", 1.2],
    ["gradient", 1.2],
    ["noise", 1.01],
    ["stripes", 20],
  ] as const)("%s: at most %d times libwebp's bytes, and some", async (kind, most) => {
    const [width, height] = [320, 213];
    const pixels = picture(seeded(42), "photo", width, height, kind);
    const theirs = chunks(await encodeWith(pixels.data, width, height, {})).ALPH ?? 0;
    const ours = chunks(await encodeLossyWebp(pixels, 75)).ALPH ?? 0;
    expect(theirs).toBeGreaterThan(0);
    expect(ours, `ours ${ours}, libwebp's ${theirs}`).toBeLessThanOrEqual(theirs * most + 24);
  });

  test("what repeats from up to seven rows above and eight columns beside is found there", async () => {
    const random = seeded(46);
    const [width, height] = [48, 40];
    for (let up = 0; up < 8; up++) {
      for (let left = up === 0 ? 1 : -7; left <= 8; left++) {
        const pixels = picture(random, "flat", width, height, "noise");
        const alpha = (x: number, y: number) => (y * width + x) * 4 + 3;
        for (let y = up; y < height; y++) {
          for (let x = Math.max(0, left); x < Math.min(width, width + left); x++) {
            pixels.data[alpha(x, y)] = pixels.data[alpha(x - left, y - up)] ?? 0;
          }
        }
        const bytes = await encodeLossyWebp(pixels, 50);
        const name = `${up} up, ${left} left`;
        expect([name, alphaOf(byLibwebp(bytes) ?? new Uint8Array())]).toEqual([name, alphaOf(pixels.data)]);
        expect(chunks(bytes).ALPH, name).toBeLessThan(width * height * 0.75);
      }
    }
  });

  test("without a transparent pixel there is no chunk for it", async () => {
    const pixels = { ...picture(seeded(43), "photo", 40, 30, null), alpha: true };
    expect(Object.keys(chunks(await encodeLossyWebp(pixels, 75)))).toEqual(["VP8 "]);
    expect(encodeAlpha(encoder, pixels)).toBe(null);
    const last = pixels.data.slice();
    last[last.length - 1] = 254;
    expect(Object.keys(chunks(await encodeLossyWebp({ ...pixels, data: last }, 75)))).toEqual(["VP8X", "ALPH", "VP8 "]);
  });

  test("what nobody sees takes next to no bytes and does not shine through", async () => {
    const random = seeded(44);
    const pixels = picture(random, "noise", 160, 160, "all transparent");
    expect((await encodeLossyWebp(pixels, 75)).length).toBeLessThan(220);
    // Red noise under a transparent half; beside it a grey one stays grey.
    const data = pixels.data.slice();
    for (let i = 0; i < data.length; i += 4) {
      if ((i / 4) % 160 < 83) continue;
      data.set([128, 128, 128, 255], i);
    }
    const decoded = byLibwebp(await encodeLossyWebp({ width: 160, height: 160, data, alpha: true }, 75)) ?? [];
    for (let y = 0; y < 160; y++) {
      for (let x = 83; x < 160; x++) {
        for (let c = 0; c < 3; c++) expect(Math.abs((decoded[(y * 160 + x) * 4 + c] ?? 0) - 128)).toBeLessThan(6);
      }
    }
  });

  test("noise is stored as it is", () => {
    const pixels: Pixels = picture(seeded(45), "flat", 64, 64, "noise");
    const chunk = encodeAlpha(encoder, pixels);
    expect([chunk?.length, chunk?.[0]]).toEqual([64 * 64 + 1, 0]);
    expect(chunk?.subarray(1)).toEqual(alphaOf(pixels.data));
  });
});
