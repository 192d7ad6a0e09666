/** TIFF with floating point and Lab, in every size, layout and byte order: by the specification, and as sharp. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { linearToSrgb } from "../../../../../src/image/colour/srgbSpace.ts";
import { engineMemory } from "../../../../../src/image/engines.ts";
import { DECODERS } from "../../../../../src/image/formats/codecs.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

const [WIDTH, HEIGHT] = [18, 17];
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-6, 1e9, -3, -0, 1];

/** From below black to above white; the first row has numbers that are none, or very large. */
const light: TiffOf["sample"] = (x, y, channel) =>
  y === 0 ? (SPECIAL[(x + channel) % SPECIAL.length] ?? 0) : ((x * 7 + y * 3 + channel * 11) % 90) / 64 - 0.2;

/** The same without what is no number: libvips makes the whole pixel black there. */
const numbers: TiffOf["sample"] = (x, y, channel) => light(x, y, channel) || 0;

/** What is no number is black, infinity is white. */
const clipped = (value: number) => (value > 0 ? Math.min(1, value) : 0);
const tone = (value: number) => Math.round(255 * linearToSrgb(clipped(value)));
const byte = (value: number) => Math.round(255 * clipped(value));

/** Samples of a pixel -> RGBA. */
const SHOWN: Readonly<Record<number, (samples: readonly number[]) => readonly number[]>> = {
  1: ([v = 0]) => [tone(v), tone(v), tone(v), 255],
  2: ([v = 0, a = 0]) => [tone(v), tone(v), tone(v), byte(a)],
  3: ([r = 0, g = 0, b = 0]) => [tone(r), tone(g), tone(b), 255],
  4: ([r = 0, g = 0, b = 0, a = 0]) => [tone(r), tone(g), tone(b), byte(a)],
};

function wanted(sample: TiffOf["sample"], samples: number, shown = SHOWN[samples]): Uint8Array {
  return Uint8Array.from(
    Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
      shown?.(Array.from({ length: samples }, (_, c) => sample(i % WIDTH, Math.floor(i / WIDTH), c))),
    ).flatMap((pixel) => pixel ?? []),
  );
}

const LAYOUTS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["one strip", {}],
  ["strips", { rowsPerStrip: 5 }],
  ["tiles", { tile: [16, 16] }],
  ["planes in strips", { planar: true, rowsPerStrip: 7 }],
  ["planes in tiles", { planar: true, tile: [32, 16] }],
];
/** Half of the pairs of coding and layout are enough every day. */
const LONG = process.env.FIRSTLIGHT_LONG === "1";
const CODINGS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["uncompressed", {}],
  ["Deflate", { compression: 8 }],
  ["Deflate, differences", { compression: 8, predictor: true }],
  ["Deflate, differences of bytes", { compression: 8, predictor: 3 }],
];

function floatFile(samples: number, bits: number, over: Partial<TiffOf>): Uint8Array {
  const photometric = samples < 3 ? 1 : 2;
  const extra = samples % 2 === 0 ? { 338: [2] } : {};
  const { fields, ...rest } = over;
  const size = { width: WIDTH, height: HEIGHT };
  return tiffFile({
    ...{ ...size, samples, bits, photometric, float: true, sample: light },
    ...rest,
    fields: { ...extra, ...fields },
  });
}

/** The table of tones has 65536 steps, and numbers of 16 bits are rounded. */
const within = (bits: number) => (bits === 16 ? 2 : 1);

describe.each([16, 24, 32, 64])("floating point of %i bits", (bits) => {
  test.each(LAYOUTS)("%s", async (name, layout) => {
    for (const samples of [1, 2, 3, 4]) {
      if (layout.planar && samples === 1) continue;
      for (const [i, [coding, how]] of CODINGS.entries()) {
        if (!LONG && (i + samples + LAYOUTS.findIndex(([other]) => other === name)) % 2 === 0) continue;
        if (bits === 24 && how.predictor === true) continue;
        const little = (samples + bits / 8) % 2 === 0;
        const { pixels, truncated } = await pictureOf(floatFile(samples, bits, { ...layout, ...how, little }));
        const label = `${samples} samples, ${coding}`;
        expect(truncated, label).toBe(false);
        expect(largestDifference(pixels.data, wanted(light, samples)), label).toBeLessThanOrEqual(within(bits));
      }
    }
  });

  test.runIf(bits === 32)("as sharp", async () => {
    for (const samples of [3, 4]) {
      for (const [, layout] of LAYOUTS.filter(([, { planar, tile }]) => !planar || !tile)) {
        for (const little of [true, false]) {
          const file = floatFile(samples, bits, { ...layout, little, sample: numbers });
          const { pixels } = await pictureOf(file);
          expect(largestDifference(pixels.data, await sharpPixels(file))).toBeLessThanOrEqual(1);
        }
      }
    }
  });
});

async function shownBy(file: Uint8Array): Promise<number[]> {
  return [...(await pictureOf(file)).pixels.data.subarray(0, 4)];
}
const one = (samples: readonly number[], over: Partial<TiffOf> = {}) =>
  floatFile(samples.length, 32, { width: 1, height: 1, sample: (_x, _y, c) => samples[c] ?? 0, ...over });

const INKS = [1, 0, 0.5, 0];
const CMYK: Partial<TiffOf> = { photometric: 5, fields: { 338: null } };
const SIXTEEN: Partial<TiffOf> = { ...CMYK, planar: true, float: false, bits: 16, tile: [16, 16] };

describe("what the numbers mean", () => {
  const profileOf = async (profile: string) => {
    const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } }).withIccProfile(
      profile,
    );
    return (await sharp(await png.png().toBuffer()).metadata()).icc ?? Buffer.alloc(0);
  };
  test.each([
    ["light, not tones: half of the light is 188", one([0.5, 0.25, 0.75]), [188, 137, 225, 255]],
    ["grey is light as well, though libvips takes it for 0 to 255", one([0.5]), [188, 188, 188, 255]],
    ["WhiteIsZero", one([0.25], { photometric: 0 }), [225, 225, 225, 255]],
    [
      "associated alpha: light is divided by it",
      one([0.25, 0.125, 0], { samples: 4, fields: { 338: [1] }, sample: (_x, _y, c) => [0.25, 0.125, 0, 0.5][c] ?? 0 }),
      [188, 137, 0, 128],
    ],
    [
      "light that is more than its alpha is white",
      one([0.9, 0.1, 0, 0.2], { fields: { 338: [1] } }),
      [255, 188, 0, 51],
    ],
    [
      "planes, associated alpha",
      one([0.25, 0.125, 0, 0.5], { planar: true, fields: { 338: [1] } }),
      [188, 137, 0, 128],
    ],
    ["inks of CMYK", one(INKS, CMYK), [0, 255, 127, 255]],
    ["inks of CMYK in planes", one(INKS, { ...CMYK, planar: true }), [0, 255, 127, 255]],
    [
      "inks of 16 bits in planes",
      one(
        INKS.map((v) => v * 65_535),
        SIXTEEN,
      ),
      [0, 255, 128, 255],
    ],
  ] as const)("%s", async (_, file, shown) => {
    for (const [i, value] of (await shownBy(file)).entries()) {
      expect(Math.abs(value - (shown[i] ?? 0)), `${i}: ${value}`).toBeLessThanOrEqual(1);
    }
  });

  test("with an ICC profile they are what the profile says", async () => {
    const icc = new Uint8Array(await profileOf("srgb"));
    const file = one([0.5, 0.25, 0.75], { fields: { 34675: icc } });
    expect(readHeader(file).icc?.length).toBe(icc.length);
    expect(await shownBy(file)).toEqual([128, 64, 191, 255]);
  });

  test("a smaller version with integers does not stand for it", async () => {
    const next: TiffOf = {
      width: 2,
      height: 2,
      bits: 8,
      samples: 3,
      photometric: 2,
      sample: () => 9,
      fields: { 254: [1] },
    };
    const file = floatFile(3, 32, { width: 4, height: 4, sample: () => 1, next });
    expect((await pictureOf(file, { width: 2, height: 2 })).pixels.data.every((value) => value === 255)).toBe(true);
  });
});

test("planes that do not count take no memory", async () => {
  const sample: TiffOf["sample"] = (_x, _y, c) => [0.5, 0.25, 0.75, 9, 0.5][c] ?? 0;
  const of = (samples: number) =>
    floatFile(3, 32, { samples, planar: true, tile: [16, 16], sample, fields: { 338: samples > 3 ? [0, 2] : null } });
  const memory = (file: Uint8Array) => {
    const source = readHeader(file);
    const whole = { left: 0, top: 0, width: WIDTH, height: HEIGHT };
    const view = { window: whole, bounds: whole, width: 4, height: 4 };
    return DECODERS.tiff.memoryBytes({ source, view, dctScale: 8, fileBytes: 0 });
  };
  expect(await shownBy(of(9))).toEqual([188, 137, 225, 128]);
  expect(memory(of(9)) - memory(of(3))).toBe(WIDTH * 16);
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
    const upper = wanted(sample, 3, (s) => [...s.map((value) => Math.floor(value / 2 ** 24)), 255]);
    expect(largestDifference((await pictureOf(file)).pixels.data, upper)).toBe(0);
  });
});

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

test.each([
  ["strips", {}],
  ["planes", { planar: true }],
  ["tiles", { tile: [8_192, 16] }],
] as const)("long rows of floating point in %s: no more memory than planned", async (_, layout) => {
  const width = 20_000;
  const sample: TiffOf["sample"] = (x, _y, c) => ((x + c) % 7) / 7;
  const file = floatFile(4, 32, { width, height: 1, compression: 8, predictor: 3, sample, ...layout });
  const whole = { left: 0, top: 0, width, height: 1 };
  const view = { window: whole, bounds: whole, width: 32, height: 1 };
  const planned = DECODERS.tiff.memoryBytes({ source: readHeader(file), view, dctScale: 8, fileBytes: file.length });
  await pictureOf(file, { width: 32, height: 1 });
  expect(engineMemory().tiff ?? 0).toBeGreaterThan(0);
  expect(engineMemory().tiff ?? 0).toBeLessThan(planned);
});
