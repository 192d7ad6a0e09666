import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import type { Pixels } from "../../../../src/image/picture.ts";
import { blur } from "../../../../src/image/steps/blur.ts";
import { filter } from "../../../../src/image/steps/filter.ts";
import { gaussianWeights } from "../../../../src/image/steps/gaussian.ts";
import { pixelate } from "../../../../src/image/steps/pixelate.ts";
import { sharpen } from "../../../../src/image/steps/sharpen.ts";

const SIDE = { width: 96, height: 64 };

/** A disc, a ramp and stripes, so that every kind of edge is there. */
function drawing(): Pixels {
  const { width, height } = SIDE;
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDisc = (x - 30) ** 2 + (y - 32) ** 2 < 400;
      const stripes = x > 64 && (x >> 2) % 2 === 0 ? 220 : 70;
      data.set([isDisc ? 200 : 2 * x, x > 64 ? stripes : 3 * y, isDisc ? 40 : 120, 255], 4 * (y * width + x));
    }
  }
  return { width, height, data, alpha: false };
}

const asSharp = ({ width, height, data }: Pixels) => sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();

/** Mean and largest difference of a channel. */
async function difference(ours: Pixels, theirs: Sharp): Promise<{ mean: number; most: number }> {
  const other = await theirs.raw().toBuffer();
  let [sum, most] = [0, 0];
  for (let i = 0; i < ours.width * ours.height; i++) {
    for (let c = 0; c < 3; c++) {
      const apart = Math.abs((ours.data[4 * i + c] ?? 0) - (other[3 * i + c] ?? 0));
      sum += apart;
      most = Math.max(most, apart);
    }
  }
  return { mean: sum / (3 * ours.width * ours.height), most };
}

describe("against libvips", () => {
  test.each([0.6, 1, 2.5, 6])("blur with sigma %d", async (sigma) => {
    const pixels = drawing();
    const wanted = asSharp(drawing()).blur({ sigma, minAmplitude: 0.2 });
    blur(pixels, sigma);
    const { mean, most } = await difference(pixels, wanted);
    expect(mean).toBeLessThan(1.5);
    expect(most).toBeLessThan(20);
  });
  test.each([0.5, 1, 2])("sharpen with sigma %d", async (sigma) => {
    const pixels = drawing();
    const wanted = asSharp(drawing()).sharpen({ sigma, m1: 0, m2: 3, x1: 2, y2: 10, y3: 20 });
    sharpen(pixels, sigma);
    const { mean, most } = await difference(pixels, wanted);
    expect(mean).toBeLessThan(0.6);
    expect(most).toBeLessThan(8);
    expect(Buffer.from(pixels.data).equals(drawing().data)).toBe(false);
  });
});

describe("pixelate", () => {
  test("a square has the mean of what it covers, and mirrors what is past the edge", () => {
    const data = Uint8Array.from([10, 20, 60].flatMap((value) => [value, value, value, 255]));
    const pixels = { width: 3, height: 1, data, alpha: false };
    pixelate(pixels, 2);
    expect([...data].filter((_, i) => i % 4 === 0)).toEqual([15, 15, 60]);
  });
  test("a square larger than the picture is as large as its longer side", () => {
    const data = Uint8Array.from([10, 20].flatMap((value) => [value, value, value, 255]));
    pixelate({ width: 2, height: 1, data, alpha: false }, 100);
    expect([data[0], data[4]]).toEqual([15, 15]);
  });
  test("what is transparent gives no colour", () => {
    const data = Uint8Array.of(0, 0, 0, 0, 200, 100, 50, 255);
    pixelate({ width: 2, height: 1, data, alpha: true }, 2);
    expect([...data.subarray(0, 4)]).toEqual([200, 100, 50, 128]);
  });
});

describe("edges of the filters", () => {
  test("a blur so small that its kernel is one pixel changes nothing, the next larger one does", () => {
    expect([gaussianWeights(0.557, 0.2).length, gaussianWeights(0.558, 0.2).length]).toEqual([1, 2]);
    const [small, larger] = [drawing(), drawing()];
    blur(small, 0.557);
    blur(larger, 0.558);
    expect(Buffer.from(small.data).equals(drawing().data)).toBe(true);
    expect(Buffer.from(larger.data).equals(drawing().data)).toBe(false);
  });
  test("one colour stays, however wide the blur is, and so does one pixel", () => {
    const grey = { width: 5, height: 1, alpha: false, data: Uint8Array.from({ length: 20 }, () => 90) };
    filter(grey, { blur: 1000, sharpen: 10, pixelate: 3 });
    expect(new Set(grey.data)).toEqual(new Set([90]));
  });
  test("a blur takes no colour from transparent pixels", () => {
    const data = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 200, 100, 50, 255, 200, 100, 50, 255);
    blur({ width: 4, height: 1, data, alpha: true }, 1);
    expect(Math.abs((data[8] ?? 0) - 200)).toBeLessThan(3);
    expect(data[11]).toBeLessThan(255);
  });
});
