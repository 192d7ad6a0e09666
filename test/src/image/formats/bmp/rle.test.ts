/** RLE4 and RLE8: every code, rows in both orders, and what the data do not cover. */
import { describe, expect, test } from "vitest";
import { seeded } from "../jpeg/decoder/random.ts";
import { type BmpOf, bmpFile } from "./bmpFile.ts";
import { naiveRle } from "./naiveRle.ts";
import { lettersOf, pictureOf } from "./pictureOf.ts";

const PALETTE = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const END = [0, 1];
const LINE = [0, 0];
const move = (across: number, down: number) => [0, 2, across, down];
const file = (bits: 4 | 8, data: readonly number[], more: Partial<BmpOf> = {}) =>
  bmpFile({ width: 5, height: 3, bits, compression: bits === 8 ? 1 : 2, palette: PALETTE, data, ...more });

/** The first stored row is the lowest one. */
describe("RLE8", () => {
  test.each<[string, readonly number[], string]>([
    ["runs", [5, 0, ...LINE, 2, 1, 3, 2, ...LINE, 5, 3, ...END], "WWWWW GGBBB RRRRR"],
    [
      "literal pixels, an odd count is padded",
      [0, 5, 0, 1, 2, 3, 0, 0, ...LINE, 0, 4, 3, 2, 1, 0, 1, 2, ...LINE, 5, 1, ...END],
      "GGGGG WBGRB RGBWR",
    ],
    [
      "the longest literal that the width shows",
      [0, 3, 0, 1, 2, 9, 2, 3, ...LINE, 5, 1, ...LINE, 5, 1, ...END],
      "GGGGG GGGGG RGBWW",
    ],
    ["rows that end early", [2, 0, ...LINE, 1, 1, ...LINE, 5, 3, ...END], "WWWWW G.... RR..."],
    ["the end comes early", [5, 0, ...LINE, 2, 1, ...END], "..... GG... RRRRR"],
    ["empty rows", [...LINE, ...LINE, 5, 2, ...END], "BBBBB ..... ....."],
    ["a move inside of the row", [1, 0, ...move(2, 0), 2, 1, ...END], "..... ..... R..GG"],
    ["a move to the next row keeps the column", [2, 0, ...move(1, 1), 2, 1, ...END], "..... ...GG RR..."],
    ["a move over a row", [2, 0, ...move(0, 2), 3, 1, ...END], "..GGG ..... RR..."],
    ["a move past the right edge", [2, 0, ...move(200, 0), 3, 1, ...LINE, 5, 2, ...END], "..... BBBBB RR..."],
    ["a move past the last row", [2, 0, ...move(0, 200), 3, 1, ...END], "..... ..... RR..."],
    ["a move of nothing", [2, 0, ...move(0, 0), 3, 1, ...END], "..... ..... RRGGG"],
    ["a run longer than the row does not go on in the next one", [255, 0, ...LINE, 1, 1, ...END], "..... G.... RRRRR"],
    ["an index past the palette is black", [5, 200, ...END], "..... ..... KKKKK"],
    [
      "codes after the last row do not count",
      [5, 0, ...LINE, 5, 0, ...LINE, 5, 0, ...LINE, 5, 1, ...LINE, 5, 1],
      "RRRRR RRRRR RRRRR",
    ],
  ])("%s", async (_, data, wanted) => {
    expect(await lettersOf(file(8, data))).toBe(wanted);
    expect((await pictureOf(file(8, data))).truncated).toBe(false);
    const flipped = wanted.split(" ").reverse().join(" ");
    expect(await lettersOf(file(8, data, { topDown: true }))).toBe(flipped);
  });
});

describe("RLE4", () => {
  test.each<[string, readonly number[], string]>([
    ["a run alternates between two colours", [5, 0x01, ...LINE, 4, 0x23, 1, 0x10, ...END], "..... BWBWG RGRGR"],
    ["literal pixels of 1 byte, padded", [0, 3, 0x01, 0x20, 2, 0x33, ...END], "..... ..... RGBWW"],
    [
      "literal pixels of 3 bytes, padded",
      [0, 5, 0x01, 0x23, 0x00, 0x00, ...LINE, 1, 0x10, ...END],
      "..... G.... RGBWR",
    ],
    ["literal pixels of 2 bytes, not padded", [0, 4, 0x01, 0x23, 1, 0x10, ...END], "..... ..... RGBWG"],
    ["a literal over the right edge", [3, 0x00, 0, 4, 0x12, 0x33, ...LINE, 5, 0x11, ...END], "..... GGGGG RRRGB"],
    ["a move", [1, 0x00, ...move(1, 1), 2, 0x12, ...END], "..... ..GB. R...."],
  ])("%s", async (_, data, wanted) => expect(await lettersOf(file(4, data))).toBe(wanted));
});

describe("cut data", () => {
  test.each<[string, readonly number[], string]>([
    ["after a run", [5, 0, ...LINE, 2, 1], "..... GG... RRRRR"],
    ["inside of a run", [5, 0, ...LINE, 2], "..... ..... RRRRR"],
    ["inside of literal pixels, which do not count", [5, 0, ...LINE, 0, 4, 1, 1, 1], "..... ..... RRRRR"],
    ["inside of a move", [5, 0, 0, 2, 1], "..... ..... RRRRR"],
  ])("%s", async (_, data, wanted) => {
    expect(await lettersOf(file(8, data))).toBe(wanted);
    expect((await pictureOf(file(8, data))).truncated).toBe(true);
  });
  test("only the end mark is missing: complete", async () => {
    const data = [5, 0, ...LINE, 5, 1, ...LINE, 5, 2];
    expect((await pictureOf(file(8, data))).truncated).toBe(false);
    expect((await pictureOf(file(8, [...data.slice(0, -2), 4, 2]))).truncated).toBe(true);
  });
  test.each<[string, readonly number[]]>([
    ["no data", []],
    ["only the end mark", END],
    ["only moves", [...move(255, 0), ...move(0, 1), ...END]],
    ["only pixels past the right edge", [...move(5, 0), 9, 1, ...END]],
  ])("%s: refused", async (_, data) => {
    await expect(pictureOf(file(8, data))).rejects.toMatchObject({
      reason: "image_damaged",
      facts: { why: "no pixel of it can be read" },
    });
  });
});

test("a picture that is fully covered promises to be opaque, another one does not", async () => {
  const whole = [5, 0, ...LINE, 5, 1, ...LINE, 5, 2, ...END];
  expect((await pictureOf(file(8, whole))).pixels.alpha).toBe(false);
  expect((await pictureOf(file(8, [4, 0, ...whole.slice(2)]))).pixels.alpha).toBe(true);
});

test.each([4, 8] as const)("RLE%i: noise gives the pixels of a plain decoder", async (bits) => {
  const random = seeded(bits);
  const palette = Array.from({ length: 2 ** bits }, (_, i) => [i, 255 - i, i ^ 77] as const);
  let compared = 0;
  for (let n = 0; n < 400; n++) {
    const [width, height] = [random.between(1, 40), random.between(1, 12)];
    const most = random.pick([3, 8, 255]);
    const data = Array.from({ length: random.between(2, 120) }, () =>
      random.pick([0, 0, 1, 2, random.between(0, most)]),
    );
    const frame = naiveRle(Uint8Array.from(data), width, height, bits);
    const wanted = frame.flatMap((row) => row.flatMap((i) => (i < 0 ? [0, 0, 0, 0] : [...(palette[i] ?? []), 255])));
    const bytes = bmpFile({ width, height, bits, compression: bits === 8 ? 1 : 2, palette, data, topDown: true });
    if (frame.every((row) => row.every((index) => index < 0))) {
      await expect(pictureOf(bytes)).rejects.toMatchObject({ reason: "image_damaged" });
      continue;
    }
    const { data: got } = (await pictureOf(bytes)).pixels;
    expect(Buffer.from(got).equals(Buffer.from(wanted))).toBe(true);
    compared++;
  }
  expect(compared).toBeGreaterThan(200);
});
