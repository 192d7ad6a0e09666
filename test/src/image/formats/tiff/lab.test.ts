/** TIFF with Lab, integers of 32 bits as differences, and planes of YCbCr. */
import { describe, expect, test } from "vitest";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { HEIGHT, LAYOUTS, pixelsOf, WIDTH } from "./layouts.ts";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

/** Saturated and dark ones, and ones that sRGB does not have. */
const LAB_COLOURS: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [100, 0, 0],
  [50, 0, 0],
  [53, 80, 67],
  [88, -86, 83],
  [32, 79, -107],
  [60, -30, 20],
  [20, 10, -40],
  [75, 30, 70],
  [95, -128, 127],
];
const labColour = (x: number, y: number) => LAB_COLOURS[(x + 3 * y) % LAB_COLOURS.length] ?? [0, 0, 0];

/** What libvips reads: neither ICC Lab nor Lab of floating point, and no planes in tiles. */
const REFERENCE = tiffFile({
  ...{ width: WIDTH, height: HEIGHT, samples: 3, photometric: 8, bits: 16 },
  sample: (x, y, c) => {
    const [light, a, b] = labColour(x, y);
    return c === 0 ? Math.round(light * 655.35) : ((c === 1 ? a : b) * 256) & 65_535;
  },
});

/** How L* and a* or b* are stored. */
const LAB_KINDS = {
  "CIE, 8 bits": { photometric: 8, bits: 8, l: 255 / 100, ab: (v: number) => v & 255 },
  "CIE, 16 bits": { photometric: 8, bits: 16, l: 65_535 / 100, ab: (v: number) => (v * 256) & 65_535 },
  "CIE, floating point": { photometric: 8, bits: 32, l: 1, ab: (v: number) => v, float: true },
  "ICC, 8 bits": { photometric: 9, bits: 8, l: 255 / 100, ab: (v: number) => v + 128 },
  "ICC, 16 bits": { photometric: 9, bits: 16, l: 65_280 / 100, ab: (v: number) => (v + 128) * 256 },
} as const;

describe.each(Object.entries(LAB_KINDS))("Lab, %s", (_name, { l, ab, ...kind }) => {
  const float = "float" in kind;
  const stored = (value: number) => (float ? value : Math.round(value));
  const sample: TiffOf["sample"] = (x, y, c) =>
    c === 3
      ? float
        ? 0.5
        : 2 ** (kind.bits - 1)
      : stored(c === 0 ? labColour(x, y)[0] * l : ab(labColour(x, y)[c] ?? 0));
  const file = (over: Partial<TiffOf> = {}) =>
    tiffFile({ width: WIDTH, height: HEIGHT, samples: 3, sample, ...kind, ...over });

  test.each(LAYOUTS)("%s", async (_, layout) => {
    const { pixels } = await pictureOf(file(layout));
    expect(readHeader(file(layout))).toMatchObject({ colour: "lab", alpha: false });
    const theirs = await sharpPixels(REFERENCE);
    // Bytes of a* and b* are coarse where a channel of sRGB is nearly 0.
    expect(largestDifference(pixels.data, theirs)).toBeLessThanOrEqual(4);
    expect(pixels.data.reduce((sum, v, i) => sum + Math.abs(v - (theirs[i] ?? 0)), 0) / theirs.length).toBeLessThan(
      0.5,
    );
  });

  test("alpha and a reduction", async () => {
    const { pixels } = await pictureOf(file({ samples: 4, fields: { 338: [2] } }), { width: 5, height: 5 });
    expect(pixels.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 128)).toBe(true);
  });
});

describe("integers of 32 bits as differences", () => {
  test.each([true, false])("little-endian: %s", async (little) => {
    const sample: TiffOf["sample"] = (x, y, c) => (x * 0x0c0ffee1 + y * 0x01234567 + c * 0x31415926) % 2 ** 32;
    const size = { width: WIDTH, height: HEIGHT };
    const file = tiffFile({
      ...size,
      samples: 3,
      bits: 32,
      photometric: 2,
      sample,
      compression: 8,
      predictor: true,
      little,
    });
    const upper = pixelsOf(sample, 3, (s) => [...s.map((value) => Math.floor(value / 2 ** 24)), 255]);
    expect(largestDifference((await pictureOf(file)).pixels.data, upper)).toBe(0);
  });
});

test.each([{ rowsPerStrip: 7 }, { tile: [16, 16] as const }, { compression: 8, predictor: true }])(
  "YCbCr in planes that are not subsampled, %o",
  async (layout) => {
    const size = { width: WIDTH, height: HEIGHT };
    const sample: TiffOf["sample"] = (x, y, c) => [40 + 9 * x, 90 + 5 * y, 200 - 6 * x][c] ?? 0;
    const of = { ...size, samples: 3, bits: 8, photometric: 6, sample, fields: { 530: [1, 1] }, ...layout };
    const [together, apart] = await Promise.all([false, true].map((planar) => pictureOf(tiffFile({ ...of, planar }))));
    expect(apart).toEqual(together);
  },
);
