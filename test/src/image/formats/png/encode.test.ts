import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodePng } from "../../../../../src/image/formats/png/encode.ts";
import { crc32 } from "../../../../../src/image/formats/png/encoder/crc32.ts";

/** Noise, gradients and flat parts, so that every filter is somewhere the best. */
function picture(width: number, height: number): Uint8Array {
  let seed = 5;
  return Uint8Array.from({ length: width * height * 4 }, (_, i) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const [x, y] = [(i >> 2) % width, Math.floor(i / 4 / width)];
    if (y < height / 4) return (seed >>> 16) & 255;
    return y < height / 2 ? (x * 3 + (i & 3) * 20) & 255 : y < (3 * height) / 4 ? (y * 9 + x) & 255 : 77;
  });
}

describe("encodePng", () => {
  test.each([
    [1, 1],
    [7, 5],
    [64, 40],
    [333, 97],
  ])("%i x %i: what sharp reads is what was written", async (width, height) => {
    const data = picture(width, height);
    const bytes = await encodePng({ width, height, data, alpha: true });
    expect((await sharp(bytes).ensureAlpha().raw().toBuffer()).equals(data)).toBe(true);
    const opaque = data.map((value, i) => ((i & 3) === 3 ? 255 : value));
    const rgb = await encodePng({ width, height, data: opaque, alpha: false });
    expect((await sharp(rgb).metadata()).channels).toBe(3);
    expect((await sharp(rgb).ensureAlpha().raw().toBuffer()).equals(opaque)).toBe(true);
  });

  test("not much larger than libpng's", async () => {
    const [width, height] = [333, 97];
    const data = picture(width, height);
    const theirs = await sharp(data, { raw: { width, height, channels: 4 } })
      .png({ adaptiveFiltering: true })
      .toBuffer();
    expect((await encodePng({ width, height, data, alpha: true })).length).toBeLessThan(theirs.length * 1.05);
  });
});

describe("crc32", () => {
  test("the check value of the algorithm", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  });
});
