/** TIFF with floating point, in every size, layout and byte order: by the specification, and as sharp. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { linearToSrgb } from "../../../../../src/image/colour/srgbSpace.ts";
import { engineMemory } from "../../../../../src/image/engines.ts";
import { DECODERS } from "../../../../../src/image/formats/codecs.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { HEIGHT, LAYOUTS, pixelsOf, type Shown, WIDTH } from "./layouts.ts";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

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
const SHOWN: Readonly<Record<number, Shown>> = {
  1: ([v = 0]) => [tone(v), tone(v), tone(v), 255],
  2: ([v = 0, a = 0]) => [tone(v), tone(v), tone(v), byte(a)],
  3: ([r = 0, g = 0, b = 0]) => [tone(r), tone(g), tone(b), 255],
  4: ([r = 0, g = 0, b = 0, a = 0]) => [tone(r), tone(g), tone(b), byte(a)],
};

const wanted = (sample: TiffOf["sample"], samples: number) => pixelsOf(sample, samples, SHOWN[samples]);

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
