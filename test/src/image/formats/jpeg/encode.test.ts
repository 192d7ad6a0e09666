import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { encodeJpeg } from "../../../../../src/image/formats/jpeg/encode.ts";
import { bestCode, codeWords } from "../../../../../src/image/formats/jpeg/encoder/huffman.ts";
import { quantisers } from "../../../../../src/image/formats/jpeg/encoder/quantisers.ts";
import { psnr } from "../../corpus.ts";

/** A picture with smooth parts, edges and noise, the same in every run. */
function picture(width: number, height: number, noise: number): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  let seed = width * 7919 + height;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const grain = ((seed >>> 16) % 256) * noise;
      data[at] = Math.min(255, 128 + 100 * Math.sin(x / 17) + grain);
      data[at + 1] = Math.min(255, (x * 5 + y * 3) % 200) + grain * 0.2;
      data[at + 2] = (x >> 3) % 2 === (y >> 3) % 2 ? 220 : 30;
      data[at + 3] = 255;
    }
  }
  return data;
}

const samplingOf = (quality: number) => (quality < 90 ? "4:2:0" : "4:4:4");
const ours = (data: Uint8Array, width: number, height: number, quality: number) =>
  encodeJpeg({ width, height, data, alpha: false }, quality);
const theirs = (data: Uint8Array, width: number, height: number, quality: number) =>
  sharp(data, { raw: { width, height, channels: 4 } })
    .jpeg({ quality, chromaSubsampling: samplingOf(quality) })
    .toBuffer();
const rgba = (jpeg: Uint8Array) => sharp(jpeg).ensureAlpha().raw().toBuffer();

describe("encodeJpeg against libjpeg-turbo", () => {
  test.each([1, 10, 30, 50, 75, 80, 89, 90, 95, 100])(
    "quality %i: as near to the picture, in as many bytes",
    async (quality) => {
      for (const noise of [0, 0.3]) {
        const [width, height] = [203, 117];
        const data = picture(width, height, noise);
        const [a, b] = [await ours(data, width, height, quality), await theirs(data, width, height, quality)];
        expect(psnr(await rgba(a), data)).toBeGreaterThan(psnr(await rgba(b), data) - 0.15);
        expect(a.length).toBeLessThan(b.length * 1.03 + 40);
      }
    },
  );

  test.each([89, 90])(
    "quality %i: every size from 1 to 40 pixels decodes to that size and near the picture",
    async (quality) => {
      for (let side = 1; side <= 40; side++) {
        const [width, height] = side % 2 === 0 ? [side, 41 - side] : [41 - side, side];
        const data = picture(width, height, 0);
        const [a, b] = [await ours(data, width, height, quality), await theirs(data, width, height, quality)];
        const meta = await sharp(a).metadata();
        expect([meta.width, meta.height, meta.chromaSubsampling, meta.isProgressive]).toEqual([
          width,
          height,
          samplingOf(quality),
          false,
        ]);
        expect(psnr(await rgba(a), data)).toBeGreaterThan(psnr(await rgba(b), data) - 0.6);
      }
    },
  );

  test("with 4:4:4 a red edge on every second column stays sharp", async () => {
    const [width, height] = [64, 48];
    const data = new Uint8Array(width * height * 4);
    for (let i = 0; i < width * height; i++) data.set(i % 2 === 0 ? [255, 0, 0, 255] : [0, 90, 255, 255], 4 * i);
    expect(psnr(await rgba(await ours(data, width, height, 95)), data)).toBeGreaterThan(33);
    expect(psnr(await rgba(await ours(data, width, height, 89)), data)).toBeLessThan(20);
  });

  test("one colour stays that colour", async () => {
    for (const colour of [
      [0, 0, 0],
      [255, 255, 255],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [119, 136, 153],
    ] as const) {
      const data = new Uint8Array(33 * 17 * 4);
      for (let i = 0; i < data.length; i += 4) data.set([...colour, 255], i);
      const back = await rgba(await ours(data, 33, 17, 95));
      const worst = Math.max(...back.map((value, i) => Math.abs(value - (data[i] ?? 0))));
      expect(worst).toBeLessThanOrEqual(2);
    }
  });

  test("a large picture after a small one and the small one again give the same bytes", async () => {
    const small = await ours(picture(50, 40, 0.3), 50, 40, 80);
    await ours(picture(1500, 900, 1), 1500, 900, 100);
    expect(await ours(picture(50, 40, 0.3), 50, 40, 80)).toEqual(small);
  });
});

describe("bestCode", () => {
  const kraft = (counts: Uint8Array) => counts.reduce((sum, count, i) => sum + count / 2 ** (i + 1), 0);
  test.each<[string, Uint32Array]>([
    ["one symbol", Uint32Array.from({ length: 256 }, (_, i) => (i === 7 ? 9 : 0))],
    ["two symbols", Uint32Array.from({ length: 256 }, (_, i) => (i < 2 ? 5 : 0))],
    ["all alike", new Uint32Array(256).fill(3)],
    // Fibonacci weights make the longest possible codes.
    ["Fibonacci", Uint32Array.from({ length: 256 }, (_, i) => (i < 40 ? Math.round(1.618 ** i) : 0))],
  ])("%s: every symbol has a code of at most 16 bits, none is all ones", (_, frequencies) => {
    const table = bestCode(frequencies);
    const used = [...frequencies.keys()].filter((symbol) => (frequencies[symbol] ?? 0) > 0);
    expect([...table.symbols].sort((a, b) => a - b)).toEqual(used);
    expect(table.counts.reduce((sum, count) => sum + count, 0)).toBe(used.length);
    expect(kraft(table.counts)).toBeLessThan(1);
    const words = codeWords(table);
    for (const symbol of used) {
      const length = (words[symbol] ?? 0) & 255;
      expect(length >= 1 && length <= 16).toBe(true);
      expect((words[symbol] ?? 0) >> 8).toBeLessThan(2 ** length - 1);
    }
  });

  test("frequent symbols have short codes", () => {
    const words = codeWords(bestCode(Uint32Array.from({ length: 256 }, (_, i) => (i < 8 ? 4 ** i : 0))));
    const lengths = [...words.subarray(0, 8)].map((word) => word & 255);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(lengths[7]).toBe(1);
  });
});

describe("quantisers", () => {
  test.each([
    [50, 16, 17],
    [100, 1, 1],
    [75, 8, 9],
    [1, 255, 255],
  ])("quality %i", (quality, luma, chroma) => {
    const tables = quantisers(quality);
    expect([tables.luma[0], tables.chroma[0]]).toEqual([luma, chroma]);
  });
});
