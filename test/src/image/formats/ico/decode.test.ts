/** Kinds of pictures in icons, what is transparent, and hostile directories. */
import { describe, expect, test } from "vitest";
import type { Reason } from "../../../../../src/errors.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import type { BmpOf } from "../bmp/bmpFile.ts";
import { lettersOf, pictureOf } from "../bmp/pictureOf.ts";
import { makePng } from "../png/pngFile.ts";
import { colourPng, icoFile, iconDib, squareDib } from "./icoFile.ts";

const RED = [255, 0, 0] as const;
const one = (data: Uint8Array) => icoFile([{ data }]);

/** 4x2: R G B W over W B G R. The mask hides the left two of the upper row. */
const PALETTE = [RED, [0, 255, 0], [0, 0, 255], [255, 255, 255]] as const;
const INDICES = [
  [3, 2, 1, 0],
  [0, 1, 2, 3],
];
const MASK = [[0x00], [0xc0]];
const pixels = (alphas: readonly number[]) =>
  INDICES.map((row, y) =>
    row.flatMap((index, x) => {
      const [r = 0, g = 0, b = 0] = PALETTE[index] ?? [];
      return [b, g, r, ...(alphas.length === 0 ? [] : [alphas[4 * y + x] ?? 0])];
    }),
  );
const SIZE = { width: 4, height: 2, mask: MASK };
const of = (more: Partial<BmpOf>) => one(iconDib({ ...SIZE, bits: 24, ...more }));

describe("bitmaps and their mask", () => {
  test.each<[string, Uint8Array, string]>([
    [
      "4 bits",
      of({
        bits: 4,
        palette: PALETTE,
        used: 0,
        rows: [
          [0x32, 0x10],
          [0x01, 0x23],
        ],
        ...sixteen(),
      }),
      "..BW WBGR",
    ],
    ["8 bits, a short palette", of({ bits: 8, palette: PALETTE, rows: INDICES }), "..BW WBGR"],
    ["8 bits, an OS/2 header", of({ bits: 8, header: 12, rows: INDICES, palette: full() }), "..BW WBGR"],
    ["24 bits", of({ rows: pixels([]) }), "..BW WBGR"],
    ["24 bits from the top: the mask too", of({ rows: pixels([]), topDown: true }), "WBGR ..BW"],
    ["32 bits, all-zero alpha: the mask counts", of({ bits: 32, rows: pixels(Array(8).fill(0)) }), "..BW WBGR"],
    ["32 bits, full alpha: it does not", of({ bits: 32, rows: pixels(Array(8).fill(255)) }), "RGBW WBGR"],
    ["32 bits, one alpha: it does not", of({ bits: 32, rows: pixels([0, 0, 0, 0, 255, 0, 0, 0]) }), "R... ...."],
    [
      "16 bits",
      of({
        bits: 16,
        rows: [
          [0xff, 0x7f, 0x1f, 0, 0xe0, 3, 0, 0x7c],
          [0, 0x7c, 0xe0, 3, 0x1f, 0, 0xff, 0x7f],
        ],
      }),
      "..BW WBGR",
    ],
    ["RLE has no mask", of({ bits: 8, compression: 1, palette: PALETTE, data: [4, 0, 0, 0, 4, 1, 0, 1] }), "GGGG RRRR"],
  ])("%s", async (_, bytes, wanted) => {
    expect(await lettersOf(bytes)).toBe(wanted);
    expect((await pictureOf(bytes)).truncated).toBe(false);
  });
  test.each<[number, string, boolean]>([
    [0, "..BW WBGR", false],
    [3, "..BW WBGR", false],
    [4, "RGBW WBGR", false],
    [8, "RGBW WBGR", false],
    [9, ".... WBGR", true],
  ])("%i bytes too short", async (missing, wanted, truncated) => {
    const whole = of({ rows: pixels([]) });
    const bytes = whole.slice(0, whole.length - missing);
    expect([await lettersOf(bytes), (await pictureOf(bytes)).truncated]).toEqual([wanted, truncated]);
  });
  test("the bit of the mask in each column, past a byte and past its padding", async () => {
    const mask = [[0x80, 0x01, 0, 0, 0x80]];
    const rows = [Array.from({ length: 33 }, () => 0)];
    const icon = one(iconDib({ width: 33, height: 1, bits: 8, palette: PALETTE, rows, mask }));
    expect(await lettersOf(icon)).toBe(`.${"R".repeat(14)}.${"R".repeat(16)}.`);
  });
});

/** Palettes with all the colours that 4 and 8 bits allow. */
function sixteen(): Partial<BmpOf> {
  return { palette: [...PALETTE, ...Array(12).fill([0, 0, 0])] };
}
function full(): NonNullable<BmpOf["palette"]> {
  return [...PALETTE, ...Array(252).fill([0, 0, 0])];
}

describe("PNG", () => {
  test.each([0, 2, 3, 4, 6])("colour type %i, whatever bit count the directory has", async (type) => {
    const data = colourPng(3, 2, type, [255, 255, 255]);
    for (const bits of [0, 1, 16, 24, 32]) {
      const { pixels } = await pictureOf(icoFile([{ data, bits }]));
      expect([pixels.width, pixels.height, ...pixels.data]).toEqual([3, 2, ...Array(24).fill(255)]);
    }
  });
  test.each([
    [0, 1],
    [0, 16],
    [2, 16],
    [3, 4],
    [6, 16],
  ])("colour type %i with %i bits", async (type, depth) => {
    const png = new Uint8Array(makePng({ width: 20, height: 9, type, depth, filter: (y) => y % 5 }));
    const inside = await renderImage(orderOf(one(png), {}, "png"));
    const alone = await renderImage(orderOf(png, {}, "png"));
    expect(Buffer.from(inside.bytes).equals(Buffer.from(alone.bytes))).toBe(true);
  });
  test("as a thumbnail it keeps its transparency", async () => {
    const icon = one(colourPng(8, 8, 6, [9, 9, 9, 0]));
    const { data } = (await pictureOf(icon, { width: 2, height: 2 })).pixels;
    expect([...data]).toEqual(Array(16).fill(0));
  });
});

describe("cursors", () => {
  test("are read like icons; their hot spot lies where icons have planes and bits", async () => {
    expect(await lettersOf(icoFile([{ data: squareDib(2, 24, RED), bits: 65_535 }], { type: 2 }))).toBe("RR RR");
  });
});

describe("hostile directories", () => {
  const good = squareDib(2, 24, RED);
  test.each<[string, Uint8Array]>([
    ["more entries than the file holds", icoFile([{ data: good }], { count: 65_535 })],
    ["an entry outside of the file", icoFile([{ data: new Uint8Array(), at: 0xffffffff }, { data: good }])],
    ["an entry at the end of the file", icoFile([{ data: new Uint8Array(), at: 38 + good.length }, { data: good }])],
    ["an entry at the directory", icoFile([{ data: new Uint8Array(), at: 0 }, { data: good }])],
    ["an entry at itself", icoFile([{ data: new Uint8Array(), at: 6 }, { data: good }])],
    ["two entries at one picture", icoFile([{ data: new Uint8Array(), at: 38 }, { data: good }])],
    ["lengths of 0", icoFile([{ data: good, size: 0 }])],
    ["lengths over the end", icoFile([{ data: good, size: 0xffffffff }])],
    ["a PNG without sides", icoFile([{ data: colourPng(0, 0, 2, RED) }, { data: good }])],
    ["a bitmap without sides", icoFile([{ data: iconDib({ width: 0, height: 0, bits: 24 }) }, { data: good }])],
    [
      "a bitmap of one row, which is half a picture",
      icoFile([{ data: iconDib({ width: 9, height: 1, bits: 24, heightFactor: 1 } as BmpOf) }, { data: good }]),
    ],
    ["a bitmap of 48 bits", icoFile([{ data: iconDib({ width: 9, height: 9, bits: 48 }) }, { data: good }])],
    ["a PNG that ends in its header", icoFile([{ data: good }, { data: colourPng(9, 9, 2, RED).slice(0, 25) }])],
  ])("%s: the good picture", async (_, bytes) => expect(await lettersOf(bytes)).toBe("RR RR"));

  test.each([
    ["all at one picture", 0],
    ["all at pictures of their own, of different sizes", 16],
  ])("65 535 entries, %s: one look at each", async (_, step) => {
    const COUNT = 65_535;
    const start = 6 + 16 * COUNT;
    const bytes = Buffer.alloc(start + step * COUNT);
    bytes.set([0, 0, 1, 0, 255, 255]);
    for (let i = 0; i < COUNT; i++) {
      bytes.writeUInt32LE(start + i * step, 6 + 16 * i + 12);
      if (step === 0) continue;
      bytes.set(iconHeader(1 + (i % 512), 1 + (i >> 9)), start + i * step);
    }
    const icon = new Uint8Array(Buffer.concat([bytes, good]));
    const started = process.cpuUsage();
    const { width, height } = readHeader(icon);
    const { user, system } = process.cpuUsage(started);
    expect([width, height]).toEqual(step === 0 ? [2, 2] : [511, 128]);
    expect((user + system) / 1000).toBeLessThan(100);
  });

  test.each<[string, Uint8Array, Reason]>([
    ["no entry", Uint8Array.of(0, 0, 1, 0, 0, 0), "image_damaged"],
    ["a directory that is cut", icoFile([{ data: good }]).slice(0, 21), "image_damaged"],
    ["only entries that lead nowhere", icoFile([{ data: good, at: 5 }]), "image_damaged"],
    ["a bitmap without a row", one(good.slice(0, 45)), "image_damaged"],
    ["a PNG without data", one(colourPng(4, 4, 2, RED).slice(0, 33)), "image_damaged"],
    ["a PNG of 8 000 x 8 000", one(sized(8_000, 8_000)), "source_too_many_pixels"],
    ["a PNG of 2^32 pixels a side", one(sized(0xffffffff, 0xffffffff)), "source_too_many_pixels"],
    ["a bitmap with a JPEG", one(iconDib({ width: 4, height: 4, bits: 0, compression: 4 })), "format_unsupported"],
  ])("%s: %s", async (_, bytes, reason) => {
    await expect(renderImage(orderOf(bytes, { width: 16, height: 16 }, "webp"))).rejects.toMatchObject({ reason });
  });

  function iconHeader(width: number, height: number): Uint8Array {
    return iconDib({ width, height, bits: 24, header: 16 });
  }
  function sized(width: number, height: number): Uint8Array {
    const png = colourPng(4, 4, 2, RED);
    const view = new DataView(png.buffer, png.byteOffset);
    view.setUint32(16, width);
    view.setUint32(20, height);
    return png;
  }
});
