/** The colour spaces that a PNG names, and 16-bit samples in them. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { chrm, cicp, gama, P3_CHRM, rowPng, SRGB_CHRM, srgb } from "./pixelRow.ts";
import { chunk } from "./pngFile.ts";

async function colours(file: Buffer): Promise<number[]> {
  const { bytes } = await renderImage(orderOf(file, {}, "png"));
  return [...(await sharp(bytes).removeAlpha().raw().toBuffer())];
}
const worst = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))), a.length === b.length ? 0 : 256);

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
    ["cHRM of sRGB: the number of gAMA counts", [chrm(SRGB_CHRM), gama(45_455)], power(2.2)],
    ["cHRM of Display P3 with gAMA", [chrm(P3_CHRM), gama(45_455)], [216, 93, 24]],
    ["cHRM of one line is ignored", [chrm([31270, 32900, 1, 1, 2, 2, 3, 3]), gama(100_000)], power(1)],
    ["cICP Display P3", [cicp(...P3)], P3_AS_SRGB],
    ["cICP before gAMA and sRGB", [cicp(...P3), srgb, gama(100_000)], P3_AS_SRGB],
    ["cICP sRGB beside gAMA", [cicp(1, 13, 0, 1), gama(100_000)], RGB],
    ["cICP linear", [cicp(1, 8, 0, 1)], power(1)],
    ["cICP with a matrix is ignored", [cicp(12, 13, 1, 1)], RGB],
    ["cICP of samples that do not use all values is ignored", [cicp(12, 13, 0, 0)], RGB],
    ["cICP of BT.709 video", [cicp(1, 1, 0, 1)], power(2.4)],
    ["cICP of unknown numbers is ignored", [cicp(200, 13, 0, 1), gama(100_000)], power(1)],
    ["cICP cut short is ignored", [cicp(12, 13, 0)], RGB],
  ])("%s", async (_, chunks, wanted) => {
    expect(worst(await colours(rowPng(2, 8, RGB, chunks)), wanted)).toBeLessThanOrEqual(1);
  });

  test.each([16, 18])("HDR (transfer %i): dark to bright in order, the peak is white", async (transfer) => {
    const steps = [0, 40, 80, 120, 160, 191, 255];
    const file = rowPng(
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
    const [value = 0] = await colours(rowPng(0, 8, [100, 0], [cicp(12, 8, 0, 1)]));
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
        rowPng(
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
      const grey = await colours(rowPng(0, 16, linear, chunks, interlaced));
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
      rowPng(
        2,
        16,
        RGB.map((v) => v * 257),
        chunks,
      ),
    );
    expect(worst(deep, await colours(rowPng(2, 8, RGB, chunks)))).toBeLessThanOrEqual(1);
  });

  test("without a profile the upper byte stays", async () => {
    expect(await colours(rowPng(2, 16, [0x1280, 0x34ff, 0xffff], []))).toEqual([0x12, 0x34, 0xff]);
  });
});
