/** Headers, depths, bit fields, alpha, the order of rows, and cut files. The picture is two rows of R G B W, then reversed. */
import { describe, expect, test } from "vitest";
import { type BmpOf, bmpFile } from "./bmpFile.ts";
import { lettersOf, pictureOf } from "./pictureOf.ts";

const PALETTE = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 255],
] as const;
const SIZE = { width: 4, height: 2 };
const UPRIGHT = "RGBW WBGR";
/** Stored from the bottom row. */
const BITS8 = {
  ...SIZE,
  bits: 8,
  palette: PALETTE,
  rows: [
    [3, 2, 1, 0],
    [0, 1, 2, 3],
  ],
} as const satisfies BmpOf;
const R24 = [0, 0, 255];
const G24 = [0, 255, 0];
const B24 = [255, 0, 0];
const W24 = [255, 255, 255];
const BITS24 = {
  ...SIZE,
  bits: 24,
  rows: [
    [...W24, ...B24, ...G24, ...R24],
    [...R24, ...G24, ...B24, ...W24],
  ],
} as const satisfies BmpOf;

/** 16 or 32 bits: the pixels R, G, B and W with these masks. */
function withMasks(bits: 16 | 32, masks: readonly number[], more: Partial<BmpOf> = {}): Uint8Array {
  const [r = 0, g = 0, b = 0, a = 0] = masks;
  const bytesOf = (value: number) => Array.from({ length: bits / 8 }, (_, i) => (value >>> (8 * i)) & 255);
  const row = [r | a, g | a, b | a, r | g | b | a].flatMap(bytesOf);
  return bmpFile({ width: 4, height: 1, bits, compression: 3, masks, rows: [row], ...more });
}

const BGRA = (alphas: readonly [number, number, number, number]) => [
  [...R24, alphas[0], ...G24, alphas[1], ...B24, alphas[2], ...W24, alphas[3]],
];
const bits32 = (alphas: readonly [number, number, number, number], more: Partial<BmpOf> = {}) =>
  bmpFile({ width: 4, height: 1, bits: 32, rows: BGRA(alphas), ...more });

describe("headers", () => {
  test.each([12, 16, 24, 36, 40, 46, 48, 52, 56, 60, 64, 108, 124, 256])(
    "%i bytes, 8 bits and 24 bits",
    async (header) => {
      expect(await lettersOf(bmpFile({ ...BITS8, header }))).toBe(UPRIGHT);
      expect(await lettersOf(bmpFile({ ...BITS24, header }))).toBe(UPRIGHT);
    },
  );
  test.each([16, 40, 64, 108, 124])("%i bytes, from the top", async (header) => {
    expect(await lettersOf(bmpFile({ ...BITS8, header, topDown: true }))).toBe("WBGR RGBW");
    expect(await lettersOf(bmpFile({ ...BITS24, header, topDown: true }))).toBe("WBGR RGBW");
  });
  test.each([0, 4, 11, 13, 15, 257, 0xffffffff])("%i bytes: refused", async (header) => {
    const bytes = bmpFile(BITS8);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(14, header, true);
    await expect(pictureOf(bytes)).rejects.toMatchObject({
      reason: "image_damaged",
      facts: { why: `a header of ${header} bytes` },
    });
  });
});

describe("palettes", () => {
  const packed = (bits: number, indices: readonly number[]) => {
    const row = Array.from({ length: Math.ceil((indices.length * bits) / 8) }, () => 0);
    indices.forEach((index, x) => {
      const bit = x * bits;
      row[bit >> 3] = (row[bit >> 3] ?? 0) | (index << (8 - bits - (bit & 7)));
    });
    return row;
  };
  test.each([1, 2, 4, 8])("%i bits, widths around the bytes and the padding", async (bits) => {
    const last = Math.min(3, 2 ** bits - 1);
    for (const width of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33]) {
      const rows = [0, 1, 2].map((y) => Array.from({ length: width }, (_, x) => (x * 3 + y * y) % (last + 1)));
      const wanted = rows.map((row) => row.map((index) => "RGBW"[index]).join("")).join(" ");
      const of = { width, height: 3, bits, palette: PALETTE.slice(0, last + 1), topDown: true };
      expect(await lettersOf(bmpFile({ ...of, rows: rows.map((row) => packed(bits, row)) }))).toBe(wanted);
    }
  });
  test.each<[string, Partial<BmpOf>, string]>([
    ["biClrUsed 0 means all of the depth", { used: 0, palette: [...PALETTE, ...Array(252).fill([1, 2, 3])] }, UPRIGHT],
    ["an index past the palette is black", { palette: PALETTE.slice(0, 3) }, "RGBK KBGR"],
    ["a palette that would reach into the pixels ends there", { used: 256 }, UPRIGHT],
    ["biClrUsed larger than the depth", { used: 70_000 }, UPRIGHT],
    ["no palette at all", { palette: [] }, "KKKK KKKK"],
    ["a gap before the pixels", { palette: [...PALETTE, [9, 9, 9]], used: 4 }, UPRIGHT],
  ])("%s", async (_, more, wanted) => expect(await lettersOf(bmpFile({ ...BITS8, ...more }))).toBe(wanted));
  test.each([0, 53])("an offset of %i inside of the header: the pixels follow the palette", async (pixelsAt) => {
    expect(await lettersOf(bmpFile({ ...BITS8, pixelsAt }))).toBe(UPRIGHT);
  });
});

describe("bit fields", () => {
  test.each<[string, Uint8Array]>([
    ["565", withMasks(16, [0xf800, 0x7e0, 0x1f])],
    ["555 in a V4 header", withMasks(16, [0x7c00, 0x3e0, 0x1f, 0], { header: 108 })],
    ["4444", withMasks(16, [0xf00, 0xf0, 0xf, 0xf000], { header: 56 })],
    ["1 bit of alpha", withMasks(16, [0x7c00, 0x3e0, 0x1f, 0x8000], { header: 124 })],
    ["BI_ALPHABITFIELDS behind 40 bytes", withMasks(16, [0xf00, 0xf0, 0xf, 0xf000], { compression: 6 })],
    ["RGBX in 32 bits", withMasks(32, [0xff, 0xff00, 0xff0000])],
    ["ABGR in a V5 header", withMasks(32, [0xff, 0xff00, 0xff0000, 0xff000000], { header: 124 })],
    ["10 bits a channel", withMasks(32, [0x3ff00000, 0xffc00, 0x3ff])],
    ["one bit a channel, in the highest bit too", withMasks(32, [0x80000000, 0x40, 1])],
    ["16 bits of red", withMasks(32, [0xffff0000, 0xff00, 0xff])],
    ["masks with gaps", withMasks(16, [0x5000, 0x0a00, 0x0055])],
    ["a V2 header", withMasks(16, [0xf800, 0x7e0, 0x1f], { header: 52 })],
  ])("%s", async (_, bytes) => {
    expect(await lettersOf(bytes)).toBe("RGBW");
    expect((await pictureOf(bytes)).pixels.alpha).toBe(false);
  });
  test("16 bits without masks are 5 bits a channel, scaled to 255", async () => {
    const row = [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0x00, 0x10, 0x42];
    const { data } = (await pictureOf(bmpFile({ width: 4, height: 1, bits: 16, rows: [row] }))).pixels;
    expect([...data]).toEqual([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 132, 132, 132, 255]);
  });
  test("a channel without a mask is 0, and masks may overlap", async () => {
    expect(await lettersOf(withMasks(16, [0xf800, 0, 0x1f]))).toBe("RKB<ff00ffff>");
    expect(await lettersOf(withMasks(32, [0xff, 0xff, 0xff]))).toBe("WWWW");
  });
  test("masks of a V4 header do not count without BI_BITFIELDS", async () => {
    expect(await lettersOf(bits32([0, 0, 0, 0], { header: 108, masks: [1, 2, 4, 8] }))).toBe("RGBW");
  });
});

describe("alpha of 32 bits", () => {
  test.each<[string, Uint8Array, string, boolean]>([
    ["0 everywhere: opaque", bits32([0, 0, 0, 0]), "RGBW", false],
    ["255 everywhere", bits32([255, 255, 255, 255]), "RGBW", false],
    ["one pixel is not transparent", bits32([0, 0, 255, 0]), "..B.", true],
    ["one pixel is not opaque", bits32([255, 255, 255, 128]), "RGB<ffffff80>", true],
    [
      "in a V5 header with masks",
      bits32([255, 0, 255, 0], { header: 124, compression: 3, masks: [0xff0000, 0xff00, 0xff, 0xff000000] }),
      "R.B.",
      true,
    ],
    [
      "no mask for it: it does not count",
      bits32([255, 0, 255, 0], { header: 124, compression: 3, masks: [0xff0000, 0xff00, 0xff, 0] }),
      "RGBW",
      false,
    ],
    [
      "0 everywhere with a mask for it",
      bits32([0, 0, 0, 0], { header: 124, compression: 3, masks: [0xff0000, 0xff00, 0xff, 0xff000000] }),
      "RGBW",
      false,
    ],
  ])("%s", async (_, bytes, wanted, alpha) => {
    expect(await lettersOf(bytes)).toBe(wanted);
    expect((await pictureOf(bytes)).pixels.alpha).toBe(alpha);
  });
});

describe("cut files", () => {
  const whole = bmpFile(BITS24);
  test.each<[number, string, boolean]>([
    [0, UPRIGHT, false],
    [1, ".... WBGR", true],
    [12, ".... WBGR", true],
  ])("%i bytes too short: %s", async (missing, wanted, truncated) => {
    const bytes = whole.slice(0, whole.length - missing);
    expect(await lettersOf(bytes)).toBe(wanted);
    expect((await pictureOf(bytes)).truncated).toBe(truncated);
  });
  test("from the top", async () => {
    const bytes = bmpFile({ ...BITS24, topDown: true }).slice(0, -1);
    expect(await lettersOf(bytes)).toBe("WBGR ....");
  });
  test("not one whole row: refused", async () => {
    await expect(pictureOf(whole.slice(0, whole.length - 13))).rejects.toMatchObject({ reason: "image_damaged" });
  });
  test("the last row needs no padding", async () => {
    const bytes = bmpFile({ width: 1, height: 2, bits: 24, rows: [R24, G24] });
    expect(await lettersOf(bytes.slice(0, -1))).toBe("G R");
    expect((await pictureOf(bytes.slice(0, -1))).truncated).toBe(false);
    expect((await pictureOf(bytes.slice(0, -2))).truncated).toBe(true);
  });
});

describe("refused", () => {
  test.each<[string, Partial<BmpOf>, string]>([
    ["JPEG", { bits: 0, compression: 4 }, "BMP with an embedded JPEG"],
    ["PNG", { bits: 0, compression: 5 }, "BMP with an embedded PNG"],
    ["CMYK", { bits: 32, compression: 11 }, "BMP in CMYK"],
    ["Huffman in OS/2", { header: 64, bits: 1, compression: 3 }, "BMP with Huffman coding"],
    ["RLE24 in OS/2", { header: 64, bits: 24, compression: 4 }, "BMP with RLE of 24 bits"],
    ["64 bits", { bits: 64 }, "BMP with 64 bits a pixel"],
  ])("%s by name", async (_, more, value) => {
    await expect(pictureOf(bmpFile({ ...BITS24, ...more }))).rejects.toMatchObject({
      reason: "format_unsupported",
      facts: { value },
    });
  });
  test.each<[string, Partial<BmpOf>]>([
    ["0 bits", { bits: 0 }],
    ["3 bits", { bits: 3 }],
    ["48 bits", { bits: 48 }],
    ["RLE8 of 4 bits", { bits: 4, compression: 1 }],
    ["RLE4 of 8 bits", { bits: 8, compression: 2 }],
    ["bit fields of 8 bits", { bits: 8, compression: 3, masks: [1, 2, 4] }],
    ["compression 7", { compression: 7 }],
    ["width 0", { width: 0 }],
    ["height 0", { height: 0 }],
    ["a negative width", { width: -4 }],
  ])("%s as damaged", async (_, more) => {
    await expect(pictureOf(bmpFile({ ...BITS24, ...more }))).rejects.toMatchObject({ reason: "image_damaged" });
  });
});
