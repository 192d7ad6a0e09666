/** The colour spaces that a PNG names, and 16-bit samples in them. */
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { chunk } from "./pngFile.ts";

/** One row of pixels: `type` 0 or 2, `depth` 8 or 16, interlaced or not. */
function png(type: number, depth: number, samples: readonly number[], chunks: readonly Buffer[], interlaced = false) {
  const channels = type === 0 ? 1 : 3;
  const header = Buffer.alloc(13);
  const width = samples.length / channels;
  header.writeUInt32BE(width);
  header.writeUInt32BE(1, 4);
  header.set([depth, type, 0, 0, interlaced ? 1 : 0], 8);
  const pixel = (x: number) =>
    samples.slice(x * channels, (x + 1) * channels).flatMap((v) => (depth === 16 ? [v >> 8, v & 255] : [v]));
  // Adam7 of a row of five pixels.
  const passes = interlaced ? [[0], [4], [2], [1, 3]] : [[...Array(width).keys()]];
  const rows = passes.flatMap((columns) => [0, ...columns.flatMap(pixel)]);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...chunks,
    chunk("IDAT", deflateSync(Uint8Array.from(rows))),
    chunk("IEND", new Uint8Array()),
  ]);
}

async function colours(file: Buffer): Promise<number[]> {
  const { bytes } = await renderImage(orderOf(file, {}, "png"));
  return [...(await sharp(bytes).removeAlpha().raw().toBuffer())];
}
const worst = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))), a.length === b.length ? 0 : 256);

const integers = (...values: number[]) => {
  const body = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => {
    body.writeUInt32BE(value, 4 * i);
  });
  return body;
};
const gama = (value: number) => chunk("gAMA", integers(value));
const srgb = chunk("sRGB", Uint8Array.of(0));
const cicp = (...body: number[]) => chunk("cICP", Uint8Array.from(body));
const SRGB_CHRM = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
const P3_CHRM = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];
const chrm = (points: readonly number[]) => chunk("cHRM", integers(...points));

const RGB = [200, 100, 50] as const;
const P3_AS_SRGB = [215, 93, 31];
const sRgbOf = (light: number) => 255 * (light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055);
const power = (exponent: number) => RGB.map((v) => sRgbOf((v / 255) ** exponent));
const P3 = [12, 13, 0, 1];

describe("8 bits", () => {
  test.each<[string, readonly Buffer[], readonly number[]]>([
    ["nothing", [], RGB],
    ["gAMA 1.0", [gama(100_000)], power(1)],
    ["gAMA 1/1.8", [gama(55_556)], power(1.8)],
    ["gAMA 1/2.2 stands for sRGB", [gama(45_455)], RGB],
    ["gAMA a little off stands for sRGB", [gama(45_000)], RGB],
    ["gAMA 6 % off counts", [gama(48_300)], power(1 / 0.483)],
    ["gAMA 0 is ignored", [gama(0)], RGB],
    ["gAMA cut short is ignored", [chunk("gAMA", Uint8Array.of(0, 1))], RGB],
    ["gAMA beside sRGB is ignored", [srgb, gama(100_000)], RGB],
    ["gAMA after sRGB or before it", [gama(100_000), srgb], RGB],
    ["cHRM alone is ignored", [chrm(P3_CHRM)], RGB],
    ["cHRM of sRGB with its gAMA", [chrm(SRGB_CHRM), gama(45_455)], RGB],
    ["cHRM of Display P3 with gAMA", [chrm(P3_CHRM), gama(45_455)], P3_AS_SRGB],
    ["cHRM of one line is ignored", [chrm([31270, 32900, 1, 1, 2, 2, 3, 3]), gama(100_000)], power(1)],
    ["cICP Display P3", [cicp(...P3)], P3_AS_SRGB],
    ["cICP before gAMA and sRGB", [cicp(...P3), srgb, gama(100_000)], P3_AS_SRGB],
    ["cICP sRGB beside gAMA", [cicp(1, 13, 0, 1), gama(100_000)], RGB],
    ["cICP linear", [cicp(1, 8, 0, 1)], power(1)],
    ["cICP with a matrix is ignored", [cicp(12, 13, 1, 1)], RGB],
    ["cICP of unknown numbers is ignored", [cicp(200, 13, 0, 1), gama(100_000)], power(1)],
    ["cICP cut short is ignored", [cicp(12, 13, 0)], RGB],
  ])("%s", async (_, chunks, wanted) => {
    expect(worst(await colours(png(2, 8, RGB, chunks)), wanted)).toBeLessThanOrEqual(1);
  });

  test("cICP of narrow range: 16 is black and 235 is white", async () => {
    const file = png(2, 8, [16, 16, 16, 235, 235, 235, 0, 255, 16], [cicp(1, 13, 0, 0)]);
    expect(worst(await colours(file), [0, 0, 0, 255, 255, 255, 0, 255, 0])).toBeLessThanOrEqual(1);
  });

  test.each([16, 18])("HDR (transfer %i): dark to bright in order, the peak is white", async (transfer) => {
    const steps = [0, 40, 80, 120, 160, 191, 255];
    const file = png(
      2,
      8,
      steps.flatMap((v) => [v, v, v]),
      [cicp(9, transfer, 0, 1)],
    );
    const shown = (await colours(file)).filter((_, i) => i % 3 === 1);
    expect(shown[0]).toBe(0);
    expect(shown.at(-1)).toBe(255);
    expect(shown.every((value, i) => i === 0 || value > (shown[i - 1] ?? 0) || value === 255)).toBe(true);
  });

  test("grey pictures use the curve alone", async () => {
    const [value = 0] = await colours(png(0, 8, [100, 0], [cicp(12, 8, 0, 1)]));
    expect(Math.abs(value - 168)).toBeLessThanOrEqual(1);
  });
});

describe("16 bits", () => {
  // Linear light that sRGB shows as 4, 8, 12, 20 and 200. The first four have the same upper byte or nearly so.
  const LEVELS = [4, 8, 12, 20, 200];
  const linear = LEVELS.map((v) => {
    const x = v / 255;
    return Math.round(65535 * (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
  });
  test.each([false, true])("dark tones of a linear picture stay apart; interlaced: %s", async (interlaced) => {
    for (const chunks of [[gama(100_000)], [cicp(1, 8, 0, 1)]]) {
      const rgb = await colours(
        png(
          2,
          16,
          linear.flatMap((v) => [v, v, v]),
          chunks,
          interlaced,
        ),
      );
      expect(
        worst(
          rgb,
          LEVELS.flatMap((v) => [v, v, v]),
        ),
      ).toBeLessThanOrEqual(1);
      const grey = await colours(png(0, 16, linear, chunks, interlaced));
      expect(
        worst(
          grey,
          LEVELS.flatMap((v) => [v, v, v]),
        ),
      ).toBeLessThanOrEqual(1);
    }
  });

  test("the tone curve and the matrix together are the conversion of 8 bits", async () => {
    const chunks = [cicp(12, 4, 0, 1)];
    const deep = await colours(
      png(
        2,
        16,
        RGB.map((v) => v * 257),
        chunks,
      ),
    );
    expect(worst(deep, await colours(png(2, 8, RGB, chunks)))).toBeLessThanOrEqual(1);
  });

  test("without a profile the upper byte stays", async () => {
    expect(await colours(png(2, 16, [0x1280, 0x34ff, 0xffff], []))).toEqual([0x12, 0x34, 0xff]);
  });
});
