/** What a TIFF's directories ask for: pages, pyramids, orientation, profile; refusals, limits and damage by name. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { DECODERS } from "../../../../../src/image/formats/codecs.ts";
import {
  MAX_JPEG_SEGMENTS,
  MAX_READ_AGAIN,
  MAX_ROWS,
  MAX_SEGMENTS,
} from "../../../../../src/image/formats/tiff/decoder/segments.ts";
import { MEMORY_BUDGET } from "../../../../../src/image/planMemory.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import type { Transform } from "../../../../../src/request/transform.ts";
import { orderOf } from "../../orders.ts";
import { largestDifference, pictureOf } from "./pictureOf.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

/** A picture of one colour. */
function plain(width: number, height: number, colour: readonly number[], more: Partial<TiffOf> = {}): TiffOf {
  const sample = (_x: number, _y: number, channel: number) => colour[channel] ?? 0;
  return { width, height, bits: 8, samples: colour.length, photometric: colour.length > 2 ? 2 : 1, sample, ...more };
}

const noisy: TiffOf["sample"] = (x, y, channel) => ((x * 7 + y * 13) ^ (channel * 50 + x * y)) & 255;
const rgb = (width: number, height: number, more: Partial<TiffOf> = {}): TiffOf => ({
  ...plain(width, height, [0, 0, 0]),
  sample: noisy,
  ...more,
});

/** A little-endian file whose field `tag`, if it has it, is a RATIONAL of so many halves. */
function withHalves(file: Uint8Array, tag: number, halves: number): Uint8Array {
  const out = new Uint8Array(file.length + 8);
  out.set(file);
  const view = new DataView(out.buffer);
  view.setUint32(file.length, halves, true);
  view.setUint32(file.length + 4, 2, true);
  const first = view.getUint32(4, true);
  for (let i = 0, at = first + 2; i < view.getUint16(first, true); i++, at += 12) {
    if (view.getUint16(at, true) !== tag) continue;
    view.setUint16(at + 2, 5, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, file.length, true);
  }
  return out;
}

const RED = [200, 0, 0];
const GREEN = [0, 200, 0];
const BLUE = [0, 0, 200];
const firstPixel = async (file: Uint8Array, size: { width: number; height: number }) => [
  ...(await pictureOf(file, size)).pixels.data.subarray(0, 3),
];

describe("pages and levels", () => {
  const SMALLER = { 254: [1] };

  test("the first page is shown, whatever follows", async () => {
    const file = tiffFile({ ...plain(40, 30, RED), next: { ...plain(40, 30, GREEN), next: plain(90, 90, BLUE) } });
    expect(readHeader(file)).toMatchObject({ width: 40, height: 30, frames: 1 });
    expect(await firstPixel(file, { width: 4, height: 3 })).toEqual(RED);
  });

  const levels = [
    plain(200, 150, GREEN, { fields: SMALLER }),
    plain(100, 75, BLUE, { fields: SMALLER, tile: [16, 16] }),
    plain(50, 38, [90, 90, 90], { fields: SMALLER }),
  ];
  const chained = levels.reduceRight<TiffOf | undefined>(
    (next, level) => ({ ...level, ...(next ? { next } : {}) }),
    undefined,
  );
  const pyramids = {
    "as pages behind it": tiffFile({ ...plain(400, 300, RED), ...(chained ? { next: chained } : {}) }),
    "in SubIFDs": tiffFile({ ...plain(400, 300, RED), subDirectories: levels }),
    "in SubIFDs of a BigTIFF": tiffFile({ ...plain(400, 300, RED), subDirectories: levels, big: true, little: false }),
  };
  describe.each(Object.entries(pyramids))("smaller versions %s", (_, file) => {
    test.each([
      [400, RED],
      [201, RED],
      [200, GREEN],
      [101, GREEN],
      [100, BLUE],
      [51, BLUE],
      [50, [90, 90, 90]],
      [10, [90, 90, 90]],
    ])("%i px wide", async (width, colour) => {
      expect(await firstPixel(file, { width, height: Math.round((width * 3) / 4) })).toEqual(colour);
    });
  });

  test.each([
    ["not marked as a smaller version", plain(50, 38, GREEN)],
    ["of another shape", plain(50, 50, GREEN, { fields: SMALLER })],
    ["larger than the first one", plain(800, 600, GREEN, { fields: SMALLER }), { width: 800, height: 600 }],
    ["of a kind that is not decoded", plain(50, 38, GREEN, { fields: { ...SMALLER, 259: [50_000] } })],
    ["with other colours", plain(50, 38, [99], { fields: SMALLER })],
  ] as const)(
    "a page %s is not taken",
    async (_, next, size: { width: number; height: number } = { width: 40, height: 30 }) => {
      const file = tiffFile({ ...plain(400, 300, RED), next });
      expect(await firstPixel(file, size)).toEqual(RED);
    },
  );

  test("a crop of a pyramid is that of its level", async () => {
    const half = await sharp(Buffer.from(await raw(200, 150)), { raw: { width: 200, height: 150, channels: 3 } })
      .png()
      .toBuffer();
    const file = tiffFile({ ...plain(400, 300, RED), next: rgb(200, 150, { fields: SMALLER, tile: [64, 64] }) });
    const { width, height, bytes } = await renderImage(orderOf(file, { width: 50, height: 50, resize: "fill" }, "png"));
    const wanted = await renderImage(orderOf(half, { width: 50, height: 50, resize: "fill" }, "png"));
    expect([width, height]).toEqual([wanted.width, wanted.height]);
    expect(Buffer.from(bytes).equals(Buffer.from(wanted.bytes))).toBe(true);
  });

  async function raw(width: number, height: number): Promise<Uint8Array> {
    return Uint8Array.from({ length: width * height * 3 }, (_, i) =>
      noisy(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
    );
  }
});

describe("reduced and cropped: as the PNG with the same pixels", () => {
  const [width, height] = [123, 77];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    noisy(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3),
  );
  const png = sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

  test.each([
    ["strips", { rowsPerStrip: 10, compression: 5 }],
    ["tiles", { tile: [32, 32] }],
    ["planes", { planar: true, rowsPerStrip: 10 }],
  ] as const)("%s", async (_, layout) => {
    const file = tiffFile(rgb(width, height, layout));
    for (const wish of [
      { width: 40, height: 40 },
      { width: 30, height: 50, resize: "fill" },
      { width: 20, height: 70, resize: "fill" },
    ] satisfies Partial<Transform>[]) {
      const ours = await renderImage(orderOf(file, wish, "png"));
      const wanted = await renderImage(orderOf(await png, wish, "png"));
      expect(Buffer.from(ours.bytes).equals(Buffer.from(wanted.bytes))).toBe(true);
    }
  });
});

describe("orientation and profile", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("orientation %i", async (orientation) => {
    const file = tiffFile(rgb(8, 6, { fields: { 274: [orientation] } }));
    const ours = await renderImage(orderOf(file, {}, "png"));
    const wanted = await sharp(file).rotate().ensureAlpha().raw().toBuffer();
    expect(largestDifference(await sharp(ours.bytes).ensureAlpha().raw().toBuffer(), wanted)).toBe(0);
  });
  test.each([0, 9, 65_535])("orientation %i counts as 1", (orientation) => {
    expect(readHeader(tiffFile(plain(8, 6, RED, { fields: { 274: [orientation] } }))).orientation).toBe(1);
  });

  test("an embedded profile counts", async () => {
    const p3 = sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } }).withIccProfile("p3");
    const { icc } = await sharp(await p3.png().toBuffer()).metadata();
    if (icc === undefined) throw new Error("sharp wrote no profile");
    const file = tiffFile(plain(4, 4, [0, 255, 0], { fields: { 34675: new Uint8Array(icc) } }));
    const { bytes } = await renderImage(orderOf(file, {}, "png"));
    const [r = 0, g = 0, b = 255] = await sharp(bytes).raw().toBuffer();
    expect([r, g]).toEqual([0, 255]);
    expect(b).toBeLessThan(5);
  });

  test("a linear profile works on 16 bits, so dark tones stay apart", async () => {
    const icc = linearProfile();
    const sample = (x: number) => 64 * x;
    for (const more of [
      {},
      { compression: 5, predictor: true },
      { compression: 8, little: false },
      { planar: true, rowsPerStrip: 1 },
      { bits: 32, sample: (x: number) => 64 * x * 65_536 },
      { photometric: 0, samples: 1, sample: (x: number) => 65_535 - 64 * x },
    ] as Partial<TiffOf>[]) {
      const of = { width: 32, height: 2, bits: 16, samples: 3, photometric: 2, sample, ...more };
      const { bytes } = await renderImage(orderOf(tiffFile({ ...of, fields: { 34675: icc } }), {}, "png"));
      const row = (await sharp(bytes).ensureAlpha().raw().toBuffer()).subarray(0, 4 * 32);
      for (let x = 0; x < 32; x++) {
        const linear = (64 * x) / 65_535;
        const wanted = 255 * (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
        expect(Math.abs((row[4 * x] ?? 0) - wanted)).toBeLessThan(2);
      }
    }
  });

  /** A profile with the primaries of sRGB, adapted to D50, and curves that are straight lines (ICC.1:2022, 8.3). */
  function linearProfile(): Uint8Array {
    const fixed = (value: number) => [0, 0, 0, 0].map((_, i) => (Math.round(value * 65_536) >> (24 - 8 * i)) & 255);
    const xyz = (...values: number[]) => [...Buffer.from("XYZ \0\0\0\0"), ...values.flatMap(fixed)];
    const curve = [...Buffer.from("curv"), 0, 0, 0, 0, 0, 0, 0, 0];
    const tags: [string, number[]][] = [
      ["rXYZ", xyz(0.4361, 0.2225, 0.0139)],
      ["gXYZ", xyz(0.3851, 0.7169, 0.0971)],
      ["bXYZ", xyz(0.1431, 0.0606, 0.7141)],
      ["wtpt", xyz(0.9642, 1, 0.8249)],
      ...["rTRC", "gTRC", "bTRC"].map((name): [string, number[]] => [name, curve]),
    ];
    const whole = tags.reduce((sum, [, data]) => sum + data.length, 132 + 12 * tags.length);
    const profile = Buffer.alloc(whole);
    profile.writeUInt32BE(whole, 0);
    profile.writeUInt32BE(0x04300000, 8);
    profile.write("mntrRGB XYZ ", 12);
    profile.write("acsp", 36);
    for (const [i, value] of [0.9642, 1, 0.8249].entries()) profile.set(fixed(value), 68 + 4 * i);
    profile.writeUInt32BE(tags.length, 128);
    let at = 132 + 12 * tags.length;
    for (const [i, [name, data]] of tags.entries()) {
      profile.write(name, 132 + 12 * i);
      profile.writeUInt32BE(at, 136 + 12 * i);
      profile.writeUInt32BE(data.length, 140 + 12 * i);
      profile.set(data, at);
      at += data.length;
    }
    return new Uint8Array(profile);
  }
});

describe("refused by name", () => {
  test.each([
    ["TIFF with floating point of 8 bits", { bits: 8, fields: { 339: [3, 3, 3] } }],
    ["TIFF with differences of floating point in integers", { fields: { 259: [5], 317: [3] } }],
    ["TIFF with differences of 24 bits", { bits: 24, fields: { 259: [5], 317: [2], 339: [3, 3, 3] } }],
    ["TIFF with samples of different formats", { bits: 32, fields: { 339: [3, 3, 1] } }],
    ["TIFF with a palette of 32 bits", { photometric: 3, samples: 1, bits: 32, fields: { 339: [3] } }],
    ["TIFF with YCbCr of 32 bits", { photometric: 6, bits: 32, fields: { 339: [3, 3, 3] } }],
    ["TIFF with JPEG of 32 bits", { bits: 32, fields: { 259: [7], 339: [3, 3, 3] } }],
    ["TIFF with signed samples", { fields: { 339: [2, 2, 2] } }],
    ["TIFF with complex numbers", { fields: { 339: [6, 6, 6] } }],
    ["TIFF with 20 bits a sample", { bits: 20 }],
    ["TIFF with 64 bits a sample", { bits: 64 }],
    ["TIFF with differences of 24 bits", { bits: 24, fields: { 259: [5], 317: [2] } }],
    ["TIFF with CIE Lab of 4 bits", { photometric: 8, bits: 4 }],
    ["TIFF with CIE Lab of 32 bits", { photometric: 8, bits: 32 }],
    ["TIFF with ICC Lab of 32 bits floating point", { photometric: 9, bits: 32, fields: { 339: [3, 3, 3] } }],
    ["TIFF with signed samples", { photometric: 9, fields: { 339: [1, 2, 2] } }],
    ["TIFF with planes of subsampled YCbCr", { photometric: 6, planar: true }],
    ["TIFF with JPEG of Lab", { photometric: 8, fields: { 259: [7] } }],
    ["TIFF with ITU Lab", { photometric: 10 }],
    ["TIFF with a colour filter array", { photometric: 32_803 }],
    ["TIFF with photometric interpretation 77", { photometric: 77 }],
    ["TIFF with JPEG 2000", { fields: { 259: [34_712] } }],
    ["TIFF with Zstandard", { fields: { 259: [50_000] } }],
    ["TIFF with compression 12345", { fields: { 259: [12_345] } }],
    ["TIFF with samples of different depths", { fields: { 258: [5, 6, 5] } }],
    ["TIFF with differences of 4 bits", { bits: 4, fields: { 259: [5], 317: [2] } }],
    ["TIFF with inks other than CMYK", { photometric: 5, samples: 4, fields: { 332: [2] } }],
    ["TIFF with a palette of 16 bits", { photometric: 3, samples: 1, bits: 16 }],
    ["TIFF with 65 samples a pixel", { samples: 65 }],
  ] as const)("%s", (value, more) => {
    const file = tiffFile(plain(4, 4, RED, more as Partial<TiffOf>));
    expect(() => readHeader(file)).toThrow(expect.objectContaining({ reason: "format_unsupported", facts: { value } }));
  });
});

describe("damaged", () => {
  test.each([
    ["no width", { fields: { 256: null } }],
    ["width 0", { fields: { 256: [0] } }],
    ["no strips", { fields: { 273: null } }],
    ["a palette without a map", { photometric: 3, samples: 1 }],
    ["RGB of two samples", { samples: 2, photometric: 2 }],
    ["fax of 8 bits", { fields: { 259: [4] }, samples: 1 }],
  ] as const)("%s", (_, more) => {
    const file = tiffFile(plain(4, 4, RED, more as Partial<TiffOf>));
    expect(() => readHeader(file)).toThrow(expect.objectContaining({ reason: "image_damaged" }));
  });
  test("a directory outside of the file, or in the file's header", () => {
    for (const at of [0, 4, 0xffffffff]) {
      const file = tiffFile(plain(4, 4, RED));
      new DataView(file.buffer).setUint32(4, at, true);
      expect(() => readHeader(file)).toThrow(expect.objectContaining({ reason: "image_damaged" }));
    }
  });
  test("strips outside of the file", async () => {
    const file = tiffFile(rgb(10, 10, { rowsPerStrip: 5, fields: { 273: [0, 90_000] } }));
    await expect(pictureOf(file)).rejects.toMatchObject({ reason: "image_damaged" });
  });
  test.each([
    ["grey", {}, [128, 128, 128, 255]],
    ["transparent with alpha", { samples: 4, fields: { 338: [2] } }, [0, 0, 0, 0]],
    ["half of the black ink", { samples: 4, photometric: 5 }, [127, 127, 127, 255]],
  ] as const)("a strip that is not there is %s, and the picture is marked", async (_, more, missing) => {
    const good = rgb(10, 10, { rowsPerStrip: 2, ...(more as Partial<TiffOf>) });
    const strip = 20 * good.samples;
    const offsets = [8, 8 + strip, 0xffffff, 8 + 3 * strip, 8 + 4 * strip];
    const file = tiffFile({ ...good, fields: { ...good.fields, 273: offsets } });
    const { pixels, truncated } = await pictureOf(file);
    expect(truncated).toBe(true);
    const whole = (await pictureOf(tiffFile(good))).pixels.data;
    const rows = (data: Uint8Array, from: number, to: number) => data.subarray(40 * from, 40 * to);
    expect(largestDifference(rows(pixels.data, 0, 4), rows(whole, 0, 4))).toBe(0);
    expect(largestDifference(rows(pixels.data, 6, 10), rows(whole, 6, 10))).toBe(0);
    expect([...rows(pixels.data, 4, 6)]).toEqual(Array.from({ length: 20 }, () => missing).flat());
  });
  test.each([
    ["tiles", { tile: [16, 16] as const }, 324],
    ["planes", { planar: true, rowsPerStrip: 16 }, 273],
  ])("%s: what is missing is grey, the rest is shown", async (_, layout, tag) => {
    const good = tiffFile(rgb(48, 48, { ...layout, compression: 5 }));
    const whole = (await pictureOf(good)).pixels.data;
    // The last of the offsets becomes one behind the file.
    const at = offsetOfTag(good, tag);
    const file = good.slice();
    const view = new DataView(file.buffer);
    const count = view.getUint32(at + 4, true);
    view.setUint16(view.getUint32(at + 8, true) + 2 * (count - 1), 0xffff, true);
    const { pixels, truncated } = await pictureOf(file);
    expect(truncated).toBe(true);
    expect([...pixels.data.subarray(-4)]).toEqual([128, 128, 128, 255]);
    const upper = 4 * 48 * 32;
    expect(largestDifference(pixels.data.subarray(0, upper), whole.subarray(0, upper))).toBe(0);
  });
  test.each([1, 5, 8, 32_773])(
    "compression %i cut short inside of its only strip: the rows before the cut",
    async (compression) => {
      const strip = tiffFile(rgb(40, 40, { compression }));
      const whole = (await pictureOf(strip)).pixels.data;
      const length = new DataView(strip.buffer).getUint32(4, true) - 8;
      const half = 8 + Math.floor(length / 2);
      const file = tiffFile(rgb(40, 40, { fields: { 259: [compression] }, segments: [strip.subarray(8, half)] }));
      const { pixels, truncated } = await pictureOf(compression === 1 ? file.subarray(0) : file);
      if (compression === 1) return; // The length of uncompressed data follows from the picture.
      expect(truncated).toBe(true);
      expect(largestDifference(pixels.data.subarray(0, 640), whole.subarray(0, 640))).toBe(0);
      expect([...pixels.data.subarray(-4)]).toEqual([128, 128, 128, 255]);
    },
  );

  function offsetOfTag(file: Uint8Array, tag: number): number {
    const view = new DataView(file.buffer);
    const directory = view.getUint32(4, true);
    for (let i = 0; i < view.getUint16(directory, true); i++) {
      const at = directory + 2 + 12 * i;
      if (view.getUint16(at, true) === tag) return at;
    }
    throw new Error(`no tag ${tag}`);
  }
});

describe("what writers get wrong and is shown anyway", () => {
  const whole = pictureOf(tiffFile(rgb(40, 40))).then(({ pixels }) => pixels.data);
  test.each([
    ["no lengths of strips", { fields: { 279: null } }],
    ["a length of 0", { fields: { 279: [0] } }],
    ["no lengths of compressed strips", { compression: 5, fields: { 279: null } }],
    ["a length behind the end of the file", { compression: 8, fields: { 279: [9_999_999] } }],
    ["no rows in a strip", { fields: { 278: [0] } }],
    ["no number of rows in a strip", { fields: { 278: null } }],
    ["more rows in a strip than in the picture", { fields: { 278: [0xffffffff] } }],
    ["one depth for three samples", { fields: { 258: [8] } }],
    ["tiles under the tags of strips", { tile: [16, 16] as const, swap: true }],
  ])("%s", async (_, { swap, ...more }: Partial<TiffOf> & { swap?: boolean }) => {
    const picture = rgb(40, 40, more);
    const file = tiffFile(picture);
    if (swap) {
      for (const [from, to] of [
        [324, 273],
        [325, 279],
      ] as const) {
        const directory = new DataView(file.buffer).getUint32(4, true);
        for (let at = directory + 2; at < file.length - 12; at += 12) {
          if (new DataView(file.buffer).getUint16(at, true) === from) new DataView(file.buffer).setUint16(at, to, true);
        }
      }
    }
    const { pixels, truncated } = await pictureOf(file);
    expect(truncated).toBe(false);
    expect(largestDifference(pixels.data, await whole)).toBe(0);
  });
});

describe("work and memory", () => {
  test("a directory that follows itself, and SubIFDs that are the first directory", async () => {
    const file = tiffFile(plain(20, 20, RED, { fields: { 330: [0] } }));
    const view = new DataView(file.buffer);
    const first = view.getUint32(4, true);
    const entries = view.getUint16(first, true);
    view.setUint32(first + 2 + 12 * entries, first, true);
    for (let i = 0; i < entries; i++) {
      const at = first + 2 + 12 * i;
      if (view.getUint16(at, true) === 330) view.setUint32(at + 8, first, true);
    }
    expect(await firstPixel(file, { width: 5, height: 5 })).toEqual(RED);
  });

  test.each([
    ["strips of one row", { fields: { 257: [MAX_SEGMENTS], 278: [1] } }, null],
    ["more", { fields: { 257: [MAX_SEGMENTS + 1], 278: [1] } }, `${MAX_SEGMENTS + 1} strips or tiles`],
    ["JPEG strips of one row", { fields: { 257: [MAX_JPEG_SEGMENTS], 278: [1], 259: [7] } }, null],
    ["more of JPEG", { fields: { 257: [MAX_JPEG_SEGMENTS + 1], 278: [1], 259: [7] } }, "strips or tiles"],
    ["100 megapixels of RGBA", { samples: 4, fields: { 256: [10_000], 257: [10_000] } }, null],
    [
      "100 megapixels of RGB with 16 bits",
      { bits: 16, fields: { 256: [10_000], 257: [10_000] } },
      "600 MB when decoded",
    ],
    ["rows of one pixel", { fields: { 256: [1], 257: [MAX_ROWS], 278: [MAX_ROWS] } }, null],
    ["more of them", { fields: { 256: [1], 257: [MAX_ROWS + 1], 278: [MAX_ROWS + 1] } }, `${MAX_ROWS + 1} rows`],
    ["a tile of a million columns", { tile: [16, 16], fields: { 322: [4_000_000] } }, "rows of 12000000 bytes"],
    ["a tile much higher than the picture", { tile: [16, 16], fields: { 323: [0x7fffffff] } }, null],
  ] as const)("%s", (_, more, why) => {
    const file = tiffFile(plain(4, 4, RED, more as Partial<TiffOf>));
    if (why === null) expect(readHeader(file).format).toBe("tiff");
    else
      expect(() => readHeader(file)).toThrow(
        expect.objectContaining({ reason: "source_too_complex", facts: { why: expect.stringContaining(why) } }),
      );
  });

  /** Strips of one row with the same megabyte, which gives no pixel. */
  const sharing = (count: number, compression: number, data: Uint8Array, more: Partial<TiffOf> = {}) => {
    const at = Array.from({ length: count }, () => 8);
    const lengths = at.map(() => data.length);
    const fields = { 273: at, 279: lengths };
    return tiffFile(plain(40, count, [9], { compression, rowsPerStrip: 1, segments: [data], fields, ...more }));
  };
  const MEGABYTE = 1 << 20;
  const SHARERS = MAX_READ_AGAIN / MEGABYTE;
  const emptyBlocks = new Uint8Array(MEGABYTE).map(
    (_, i) => (i < 2 ? [0x78, 0x9c] : [0, 0, 0, 0xff, 0xff])[(i < 2 ? i : i - 2) % 5] ?? 0,
  );
  const zeros = new Uint8Array(MEGABYTE);
  test.each([
    ["empty blocks of Deflate", 8, emptyBlocks],
    ["PackBits that do nothing", 32_773, zeros.slice().fill(0x80)],
    ["clear codes of LZW", 5, Uint8Array.from(zeros, (_, i) => 0x80 >> (i % 9))],
    ["fax without an EOL", 3, zeros.slice().fill(0x55), { bits: 1, faxOptions: 1 }],
    ["fax in reverse order", 4, zeros.slice().fill(0xff), { bits: 1, reverse: true }],
  ] as const)("strips that share their data: %s", async (_, compression, data, more: Partial<TiffOf> = {}) => {
    await expect(
      pictureOf(sharing(SHARERS + 2, compression, data, more), { width: 4, height: 4 }),
    ).rejects.toMatchObject({
      reason: "source_too_complex",
      facts: { why: expect.stringContaining("share data") },
    });
  });

  test("as much as the limit is read", async () => {
    const file = sharing(SHARERS, 8, emptyBlocks);
    await expect(pictureOf(file, { width: 4, height: 4 })).rejects.toMatchObject({ reason: "image_damaged" });
  });

  test.each([
    ["width", 256, 41],
    ["height", 257, 41],
    ["rows of a strip", 278, 5],
    ["samples", 277, 7],
    ["bits", 258, 17],
    ["width of a tile", 322, 33],
    ["height of a tile", 323, 33],
  ])("%s that is a fraction is cut to a whole number", async (_, tag, halves) => {
    const layouts = [{}, { planar: true }, { tile: [16, 16] }, { planar: true, tile: [16, 16] }] as const;
    for (const layout of layouts) {
      const file = withHalves(tiffFile(plain(20, 20, RED, layout)), tag, halves);
      const picture = pictureOf(file, { width: 5, height: 5 });
      await picture.catch((error) => expect(error).toMatchObject({ reason: "image_damaged" }));
    }
  });

  test("a fax of long rows: lists of changes and rows count", () => {
    const width = 4_000_000;
    const file = tiffFile(plain(8, 1, [0], { bits: 1, compression: 4, fields: { 256: [width] } }));
    const whole = { left: 0, top: 0, width, height: 1 };
    const view = { window: whole, bounds: whole, width: 8, height: 1 };
    const order = { source: readHeader(file), view, dctScale: 8, fileBytes: file.length } as const;
    // Two lists of 4 bytes a pixel, two rows of RGBA, a row of bits.
    expect(DECODERS.tiff.memoryBytes(order)).toBeGreaterThanOrEqual((16 + 1 / 8) * width);
  });

  test("a tile much higher than the picture costs no memory", async () => {
    const file = tiffFile(plain(20, 20, RED, { tile: [32, 32], fields: { 323: [0x7fffffff] } }));
    expect(await firstPixel(file, { width: 5, height: 5 })).toEqual(RED);
  });

  test.each([
    ["strips", { 256: [10_000], 257: [10_000], 278: [10_000] }, 30],
    ["tiles of 256", { 256: [10_000], 257: [10_000], 322: [256], 323: [256] }, 40],
    ["one tile", { 256: [10_000], 257: [10_000], 322: [10_000], 323: [10_000] }, 500],
  ])("100 megapixels in %s: memory", async (_, fields, most) => {
    const layout = 278 in fields ? { segments: [new Uint8Array(60_000)] } : { tile: [16, 16] as const };
    const file = tiffFile(plain(4, 4, RED, { ...layout, fields }));
    const source = readHeader(file);
    const whole = { left: 0, top: 0, width: 10_000, height: 10_000 };
    const view = { window: whole, bounds: whole, width: 640, height: 640 };
    const bytes = DECODERS.tiff.memoryBytes({ source, view, dctScale: 8, fileBytes: file.length });
    expect(bytes).toBeLessThan(most * 1_000_000);
    const rendered = renderImage(orderOf(file, { width: 640, height: 640 }, "webp"));
    if (bytes > MEMORY_BUDGET) await expect(rendered).rejects.toMatchObject({ reason: "source_too_complex" });
    else await expect(rendered).resolves.toMatchObject({ width: 640, truncated: true });
  });

  test.each([
    [
      "a strip of 100 megapixels that is no JPEG",
      { 256: [10_000], 257: [10_000], 278: [10_000], 259: [7], 262: [6] },
      "image_damaged",
    ],
    ["a row of 60 megapixels", { 256: [60_000_000], 257: [1], 258: [1], 277: [1], 262: [1] }, "source_too_complex"],
    [
      "a fax row of 8 megapixels",
      { 256: [8_000_000], 257: [1], 258: [1], 277: [1], 262: [1], 259: [4] },
      "source_too_complex",
    ],
    ["planes of 100 megapixels", { 256: [10_000], 257: [10_000], 278: [10_000], 284: [2] }, "source_too_complex"],
  ])("%s", async (_, fields, reason) => {
    const file = tiffFile(plain(4, 4, RED, { fields }));
    await expect(renderImage(orderOf(file, { width: 640, height: 640 }, "webp"))).rejects.toMatchObject({ reason });
  });
});
