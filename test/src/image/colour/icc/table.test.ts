/** Profiles that are tables, against lcms as sharp has it: the same picture with the profile embedded in a PNG. */
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { readProfile } from "../../../../../src/image/colour/icc/profile.ts";
import { readTable } from "../../../../../src/image/colour/icc/table.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { chunk, random } from "../../formats/png/pngFile.ts";
import { tiffFile } from "../../formats/tiff/tiffFile.ts";
import { orderOf } from "../../orders.ts";
import { lutAToBTag, lutTag, profileFile, type Shape } from "./profileFile.ts";

/** lcms makes a table of its own out of the profile, so single colours differ by some steps. */
const WORST = 8;
const MEAN = 0.7;

const SIDE = 48;
/** A third even steps of grey, the others noise over all colours. */
function colours(channels: 1 | 3): Uint8Array {
  const next = random(11);
  return Uint8Array.from({ length: SIDE * SIDE * channels }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return pixel < (SIDE * SIDE) / 3 ? (pixel * 255) / ((SIDE * SIDE) / 3) : next() * 256;
  });
}

function pngWith(profile: Uint8Array, channels: 1 | 3, depth: 8 | 16 = 8): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE);
  header.writeUInt32BE(SIDE, 4);
  header.set([depth, channels === 1 ? 0 : 2], 8);
  const data = colours(channels);
  const bytes = depth / 8;
  const row = SIDE * channels * bytes;
  const rows = Buffer.alloc(SIDE * (1 + row));
  for (let y = 0; y < SIDE; y++) {
    const samples = data.subarray(y * SIDE * channels, (y + 1) * SIDE * channels);
    rows.set(depth === 8 ? samples : [...samples].flatMap((v) => [v, v]), y * (1 + row) + 1);
  }
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    chunk("iCCP", Buffer.concat([Buffer.from("x\0\0"), deflateSync(profile)])),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

async function distance(file: Buffer): Promise<{ worst: number; mean: number; changed: number }> {
  const { bytes } = await renderImage(orderOf(file, {}, "png"));
  const ours = await sharp(bytes).removeAlpha().raw().toBuffer();
  const theirs = await sharp(file).toColourspace("srgb").removeAlpha().raw({ depth: "uchar" }).toBuffer();
  const plain = colours(3);
  expect(theirs.length).toBe(ours.length);
  const differences = [...ours].map((value, i) => Math.abs(value - (theirs[i] ?? 0)));
  const changed = [...ours].filter((value, i) => Math.abs(value - (plain[i] ?? 0)) > 8).length / ours.length;
  return { worst: Math.max(...differences), mean: differences.reduce((a, b) => a + b, 0) / ours.length, changed };
}

const cubeRoot = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
/** The black of version 4 (ICC.1:2022 6.3.3), relative to white. */
const BLACK = 0.0034731;
/** RGB in swapped order with another gamma -> L*, a*, b*. `black`: the light of the darkest colour. */
function labOf([r = 0, g = 0, b = 0]: readonly number[], black: number): readonly [number, number, number] {
  const light = [b, r, g].map((v) => v ** 1.8);
  const [p = 0, q = 0, s = 0] = light;
  const [x, y, z] = [
    (0.4361 * p + 0.3851 * q + 0.1431 * s) / 0.9642,
    0.2225 * p + 0.7169 * q + 0.0606 * s,
    (0.0139 * p + 0.0971 * q + 0.7142 * s) / 0.8249,
  ].map((v) => black + v * (1 - black)) as [number, number, number];
  const [fx, fy, fz] = [cubeRoot(x), cubeRoot(y), cubeRoot(z)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}
const lab =
  (scale: number, black = 0) =>
  (device: readonly number[]) => {
    const [l, a, b] = labOf(device, black);
    return [(l / 100) * scale, ((a + 128) / 255) * scale, ((b + 128) / 255) * scale] as const;
  };
/** L* of lut16 ends at 0xff00. */
const LEGACY = 65280 / 65535;
const same = (x: number) => x;
const shape = (known: Partial<Shape>): Shape => ({
  inputs: 3,
  points: 17,
  grid: lab(1),
  before: same,
  after: same,
  ...known,
});
const bend = { before: (x: number) => x ** 0.7, after: (x: number) => 0.1 + 0.8 * x };
const xyz = (device: readonly number[]) => {
  const [r = 0, g = 0, b = 0] = device.map((v) => v ** 2.2 / (1 + 32767 / 32768));
  return [
    0.4361 * b + 0.3851 * r + 0.1431 * g,
    0.2225 * b + 0.7169 * r + 0.0606 * g,
    0.0139 * b + 0.0971 * r + 0.7142 * g,
  ] as const;
};
const gammaMatrix = {
  matrix: [0.4361, 0.3851, 0.1431, 0.2225, 0.7169, 0.0606, 0.0139, 0.0971, 0.7142]
    .map((v) => (v * (1 - BLACK)) / 2)
    .concat([0.9642, 1, 0.8249].map((v) => (v * BLACK) / 2)),
  gamma: 1.5,
};
const small = { ...shape({}), grid: (d: readonly number[]) => [d[2] ?? 0, d[0] ?? 0, d[1] ?? 0] as const };

describe("RGB", () => {
  test.each<[string, Uint8Array]>([
    ["lut8 to Lab", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({}), 1) })],
    ["lut16 to Lab", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({ grid: lab(LEGACY) }), 2) })],
    [
      "lut16 with few nodes",
      profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({ grid: lab(LEGACY), points: 3 }), 2) }),
    ],
    [
      "lut16 with curves",
      profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({ ...bend, grid: lab(LEGACY) }), 2, 33) }),
    ],
    ["lut16 to XYZ", profileFile("RGB ", "XYZ ", 2, { A2B0: lutTag(shape({ grid: xyz, points: 33 }), 2) })],
    ["lut16 of version 4", profileFile("RGB ", "Lab ", 4, { A2B0: lutTag(shape({ grid: lab(LEGACY, BLACK) }), 2) })],
    [
      "lutAToB, nodes of a byte",
      profileFile("RGB ", "Lab ", 4, { A2B0: lutAToBTag(shape({ grid: lab(1, BLACK) }), 1, null) }),
    ],
    ["lutAToB, nodes of two bytes, curves", profileFile("RGB ", "Lab ", 4, { A2B0: lutAToBTag(shape(bend), 2, null) })],
    ["lutAToB with a matrix", profileFile("RGB ", "XYZ ", 4, { A2B0: lutAToBTag(small, 2, gammaMatrix) })],
    ["lutAToB of a matrix alone", profileFile("RGB ", "XYZ ", 4, { A2B0: lutAToBTag(small, null, gammaMatrix) })],
  ])("%s", async (_, profile) => {
    const { worst, mean, changed } = await distance(pngWith(profile, 3));
    expect(worst).toBeLessThanOrEqual(WORST);
    expect(mean).toBeLessThanOrEqual(MEAN);
    expect(changed).toBeGreaterThan(0.3);
  });

  const table = profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({ grid: lab(LEGACY) }), 2) });
  const pixels = async (file: Buffer) =>
    sharp((await renderImage(orderOf(file, {}, "png"))).bytes)
      .raw()
      .toBuffer();

  test("16 bits use the table too", async () => {
    expect(await pixels(pngWith(table, 3, 16))).toEqual(await pixels(pngWith(table, 3)));
  });

  test.each([
    ["8 bits", { bits: 8 }, (v: number) => v],
    ["16 bits", { bits: 16 }, (v: number) => 257 * v],
    ["floating point", { bits: 32, float: true }, (v: number) => v / 255],
    ["planes", { bits: 8, planar: true }, (v: number) => v],
  ] as const)("a TIFF of %s is as the PNG", async (_, kind, stored) => {
    const data = colours(3);
    const sample = (x: number, y: number, c: number) => stored(data[3 * (y * SIDE + x) + c] ?? 0);
    const of = { width: SIDE, height: SIDE, samples: 3, photometric: 2, sample, fields: { 34675: table } };
    expect(await pixels(Buffer.from(tiffFile({ ...of, ...kind })))).toEqual(await pixels(pngWith(table, 3)));
  });

  test("A2B1 serves where A2B0 is missing, as in browsers", async () => {
    const other = profileFile("RGB ", "Lab ", 2, { A2B1: lutTag(shape({ grid: lab(LEGACY) }), 2) });
    expect(await pixels(pngWith(other, 3))).toEqual(await pixels(pngWith(table, 3)));
  });
});

test("grey", async () => {
  const grid = ([x = 0]: readonly number[]) => [x ** 0.6 * LEGACY, (128 / 255) * LEGACY, (128 / 255) * LEGACY] as const;
  const profile = profileFile("GRAY", "Lab ", 2, { A2B0: lutTag(shape({ inputs: 1, points: 33, grid }), 2) });
  const { worst, mean } = await distance(pngWith(profile, 1));
  expect(worst).toBeLessThanOrEqual(WORST);
  expect(mean).toBeLessThanOrEqual(MEAN);
});

describe("what cannot be read", () => {
  const good = profileFile("RGB ", "Lab ", 4, { A2B0: lutAToBTag(shape({ points: 5, ...bend }), 2, gammaMatrix) });
  const lut = profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({ points: 5 }), 2, 17) });

  test.each<[string, Uint8Array]>([
    ["another space", profileFile("HSV ", "Lab ", 2, { A2B0: lutTag(shape({}), 1) })],
    ["another connection space", profileFile("RGB ", "Luv ", 2, { A2B0: lutTag(shape({}), 1) })],
    ["inputs of another number", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({ inputs: 1 }), 1) })],
    ["one node", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({}), 1).with(10, 1) })],
    ["more nodes than there are", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({}), 1).with(10, 18) })],
    ["too many nodes", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({}), 1).with(10, 255) })],
    ["another type", profileFile("RGB ", "Lab ", 2, { A2B0: lutTag(shape({}), 1).with(3, 0x39) })],
  ])("%s", (_, bytes) => expect(readProfile(bytes)).toBeNull());

  test("cut or changed profiles never throw", () => {
    for (const whole of [good, lut]) {
      expect(readTable(whole, "RGB ")).not.toBeNull();
      for (let i = 0; i < whole.length; i += i < 400 ? 3 : 499) {
        const changed = whole.slice();
        changed[i] = (changed[i] ?? 0) ^ 0xff;
        for (const candidate of [changed, whole.subarray(0, i)]) {
          const to = new Uint8Array(4);
          readTable(candidate, "RGB ")?.(1, 128, 255, 0, to, 0);
        }
      }
    }
  });
});
