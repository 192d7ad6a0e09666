/** JPEG in TIFF: strips and tiles, with shared tables, in every colour model, reduced while decoding; YCbCr without JPEG. */
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { openJpegSegments } from "../../../../../src/image/formats/tiff/decoder/jpegSegments.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { psnr } from "../../corpus.ts";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

const [WIDTH, HEIGHT] = [150, 101];

const photographs = new Map<string, Promise<Buffer>>();

/** Soft shapes, so that chroma can be compared after its reduction. Drawn once for each size. */
function photograph(width = WIDTH, height = HEIGHT): Promise<Buffer> {
  const name = `${width}x${height}`;
  const drawn = photographs.get(name) ?? draw(width, height);
  photographs.set(name, drawn);
  return drawn;
}

async function draw(width: number, height: number): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const small = await sharp({ create: { width: 9, height: 7, channels: 3, background: "teal", noise } })
    .png()
    .toBuffer();
  return sharp(small).resize(width, height, { fit: "fill", kernel: "cubic" }).png().toBuffer();
}

const TABLES = [0xdb, 0xc4];

/** A JPEG -> its tables as a JPEG file without a picture, and the rest. */
function splitTables(jpeg: Uint8Array): { tables: Uint8Array; rest: Uint8Array } {
  const [tables, rest]: [number[], number[]] = [
    [0xff, 0xd8],
    [0xff, 0xd8],
  ];
  let at = 2;
  for (; jpeg[at + 1] !== 0xda; ) {
    const end = at + 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
    (TABLES.includes(jpeg[at + 1] ?? 0) ? tables : rest).push(...jpeg.subarray(at, end));
    at = end;
  }
  return { tables: Uint8Array.from([...tables, 0xff, 0xd9]), rest: Uint8Array.from([...rest, ...jpeg.subarray(at)]) };
}

const asIs = (image: Sharp) => image.jpeg({ quality: 95, chromaSubsampling: "4:4:4", optimiseCoding: false });
const WAYS = {
  "4:4:4": asIs,
  "4:2:0": (image: Sharp) => image.jpeg({ quality: 95, chromaSubsampling: "4:2:0", optimiseCoding: false }),
  progressive: (image: Sharp) => image.jpeg({ quality: 95, progressive: true }),
} as const;

type Cut = { readonly tile?: readonly [number, number]; readonly rowsPerStrip?: number; readonly shared?: boolean };

/** The picture as JPEG strips or tiles. */
async function jpegTiff(
  png: Buffer,
  way: keyof typeof WAYS,
  { tile, rowsPerStrip, shared = false }: Cut,
): Promise<Uint8Array> {
  const { width, height } = await sharp(png).metadata();
  const [across, down] = tile ?? [width, rowsPerStrip ?? height];
  const segments: Uint8Array[] = [];
  let tables: Uint8Array | null = null;
  for (let top = 0; top < height; top += down) {
    for (let left = 0; left < width; left += across) {
      const part = { left, top, width: Math.min(across, width - left), height: Math.min(down, height - top) };
      const cut = sharp(await sharp(png).extract(part).png().toBuffer());
      const whole = tile
        ? cut.extend({ right: across - part.width, bottom: down - part.height, extendWith: "copy" })
        : cut;
      const jpeg = new Uint8Array(await WAYS[way](whole).toBuffer());
      const split = splitTables(jpeg);
      tables = split.tables;
      segments.push(shared ? split.rest : jpeg);
    }
  }
  const of: Partial<TiffOf> = { ...(tile ? { tile } : {}), ...(rowsPerStrip ? { rowsPerStrip } : {}) };
  const picture = { width, height, bits: 8, samples: 3, photometric: 6, compression: 7, sample: () => 0 };
  return tiffFile({ ...picture, ...of, segments, fields: shared && tables ? { 347: tables } : {} });
}

const CUTS: readonly (readonly [string, Cut])[] = [
  ["one strip", {}],
  ["strips", { rowsPerStrip: 16 }],
  ["strips of 24 rows", { rowsPerStrip: 24 }],
  ["strips of an odd number of rows", { rowsPerStrip: 17 }],
  ["tiles", { tile: [64, 32] }],
  ["strips with shared tables", { rowsPerStrip: 16, shared: true }],
  ["tiles with shared tables", { tile: [48, 48], shared: true }],
];

describe.each(CUTS)("%s", (_, cut) => {
  let large: Promise<Uint8Array> | undefined;
  test.each(["4:4:4", "4:2:0", "progressive"] as const)("%s", async (way) => {
    // Tables of a progressive file stand before each of its scans.
    if (way === "progressive" && cut.shared) return;
    const png = await photograph();
    const bytes = await jpegTiff(png, way, cut);
    const wanted = await sharp(png).ensureAlpha().raw().toBuffer();
    const { pixels, truncated } = await pictureOf(bytes);
    expect(truncated).toBe(false);
    expect(psnr(wanted, pixels.data)).toBeGreaterThan(38);
    expect(psnr(await sharpPixels(bytes), pixels.data)).toBeGreaterThan(way === "4:4:4" ? 50 : 42);
  });

  test.each([
    { width: 75, height: 50 },
    { width: 30, height: 20 },
    { width: 15, height: 10 },
    { width: 5, height: 60 },
  ])("reduced to %o", async (size) => {
    const png = await photograph(800, 533);
    large ??= jpegTiff(png, "4:2:0", cut);
    const bytes = await large;
    const wanted = await sharp(png)
      .ensureAlpha()
      .resize({ ...size, fit: "fill", kernel: "lanczos3" })
      .raw()
      .toBuffer();
    const { pixels, truncated } = await pictureOf(bytes, size);
    expect(truncated).toBe(false);
    expect(psnr(wanted, pixels.data)).toBeGreaterThan(38);
  });
});

describe("colour models", () => {
  const picture = { width: WIDTH, height: HEIGHT, bits: 8, compression: 7, sample: () => 0 };

  test("grey, and WhiteIsZero", async () => {
    const png = await sharp(await photograph())
      .toColourspace("b-w")
      .png()
      .toBuffer();
    const jpeg = new Uint8Array(await asIs(sharp(png).toColourspace("b-w")).toBuffer());
    const wanted = await sharp(png).toColourspace("srgb").ensureAlpha().raw().toBuffer();
    const dark = tiffFile({ ...picture, samples: 1, photometric: 1, segments: [jpeg] });
    expect(psnr(wanted, (await pictureOf(dark)).pixels.data)).toBeGreaterThan(45);
    const light = tiffFile({ ...picture, samples: 1, photometric: 0, segments: [jpeg] });
    const inverted = wanted.map((byte, i) => ((i & 3) === 3 ? byte : 255 - byte));
    expect(psnr(inverted, (await pictureOf(light)).pixels.data)).toBeGreaterThan(45);
  });

  test("the directory says that components are RGB, whatever the JPEG's markers say", async () => {
    const png = await photograph();
    const { data } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    // The samples as YCbCr would be converted; stored as they are they are read as RGB.
    const jpeg = new Uint8Array(await asIs(sharp(png)).toBuffer());
    const asYcc = (await pictureOf(tiffFile({ ...picture, samples: 3, photometric: 6, segments: [jpeg] }))).pixels.data;
    const asRgb = (await pictureOf(tiffFile({ ...picture, samples: 3, photometric: 2, segments: [jpeg] }))).pixels.data;
    const rgba = new Uint8Array(
      await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .ensureAlpha()
        .raw()
        .toBuffer(),
    );
    expect(psnr(rgba, asYcc)).toBeGreaterThan(38);
    const ycc = rgba.map((_, i) => {
      const [r = 0, g = 0, b = 0] = rgba.subarray(i - (i & 3));
      if ((i & 3) === 0) return 0.299 * r + 0.587 * g + 0.114 * b;
      if ((i & 3) === 1) return 128 + (b - (0.299 * r + 0.587 * g + 0.114 * b)) / 1.772;
      return (i & 3) === 2 ? 128 + (r - (0.299 * r + 0.587 * g + 0.114 * b)) / 1.402 : 255;
    });
    expect(psnr(ycc, asRgb)).toBeGreaterThan(38);
  });

  test("CMYK is never inverted, with Adobe's marker or without", async () => {
    const png = await photograph();
    const cmyk = await sharp(png).toColourspace("cmyk").raw().toBuffer();
    // As libtiff writes it: the inks as they are. sharp's own JPEG has them inverted, and says so in Adobe's marker.
    const lzw = tiffFile({
      ...picture,
      compression: 5,
      samples: 4,
      photometric: 5,
      sample: (x, y, c) => cmyk[4 * (y * WIDTH + x) + c] ?? 0,
    });
    const jpeg = await sharp(png).toColourspace("cmyk").tiff({ compression: "jpeg", quality: 98 }).toBuffer();
    const wanted = (await pictureOf(lzw)).pixels.data;
    expect(psnr(wanted, (await pictureOf(new Uint8Array(jpeg))).pixels.data)).toBeGreaterThan(35);
  });

  test.each([
    ["RGBA", { samples: 4, photometric: 2 }, "TIFF with JPEG of 4 samples"],
    ["16 bits", { samples: 1, photometric: 1, bits: 16 }, "TIFF with JPEG of 16 bits"],
    ["planes", { samples: 3, photometric: 2, planar: true }, "TIFF with planes of JPEG"],
  ])("%s is refused by its name", async (_, kind, value) => {
    const jpeg = new Uint8Array(await asIs(sharp(await photograph())).toBuffer());
    const bytes = tiffFile({ ...picture, ...kind, segments: [jpeg, jpeg, jpeg] });
    await expect(pictureOf(bytes)).rejects.toMatchObject({ reason: "format_unsupported", facts: { value } });
  });
});

describe("damage", () => {
  test("a strip that is no JPEG, and one that is missing, are grey; the others are whole", async () => {
    const png = await photograph();
    const bytes = await jpegTiff(png, "4:4:4", { rowsPerStrip: 16 });
    const good = (await pictureOf(bytes)).pixels.data;
    // The first strip begins at byte 8.
    const { pixels, truncated } = await pictureOf(bytes.map((byte, i) => (i === 8 || i === 9 ? 0 : byte)));
    expect(truncated).toBe(true);
    const strip = 4 * WIDTH * 16;
    expect(new Set(pixels.data.subarray(0, strip))).toEqual(new Set([128, 255]));
    expect(largestDifference(pixels.data.subarray(strip), good.subarray(strip))).toBe(0);
  });

  test("a JPEG that is much larger than its strip is not decoded", async () => {
    const large = new Uint8Array(await asIs(sharp(await photograph(400, 400))).toBuffer());
    const of = { width: 20, height: 20, bits: 8, samples: 3, photometric: 6, compression: 7, sample: () => 0 };
    await expect(pictureOf(tiffFile({ ...of, segments: [large] }))).rejects.toMatchObject({ reason: "image_damaged" });
  });

  test("what stands behind the picture of a strip is not copied, nor are tables longer than any", async () => {
    const jpeg = new Uint8Array(await asIs(sharp(await photograph(64, 32))).toBuffer());
    const padded = new Uint8Array(1_000_000);
    padded.set(jpeg);
    const of = { width: 64, height: 64, bits: 8, samples: 3, photometric: 6, compression: 7, sample: () => 0 };
    const fields = { 347: new Uint8Array(100_000) };
    const file = tiffFile({ ...of, rowsPerStrip: 32, segments: [padded, jpeg], fields });
    const page = readHeader(file).tiff?.[0]?.page;
    if (page === undefined) throw new Error("no page");
    const open = openJpegSegments(page, file);
    expect(open(0)?.file.length).toBeGreaterThanOrEqual(jpeg.length);
    expect(open(0)?.file.length).toBeLessThan(250_000);
    expect((await pictureOf(file)).truncated).toBe(false);
  });

  test.each([
    ["larger than the picture, by less than a block", 150, 101, 140, 96, false],
    ["smaller than the picture", 140, 96, 150, 101, true],
  ])("the only strip is %s", async (_, frameWidth, frameHeight, width, height, cut) => {
    const png = await photograph(frameWidth, frameHeight);
    const segments = [new Uint8Array(await asIs(sharp(png)).toBuffer())];
    const of = { width, height, bits: 8, samples: 3, photometric: 6, compression: 7, sample: () => 0 };
    const { pixels, truncated } = await pictureOf(tiffFile({ ...of, segments }));
    expect(truncated).toBe(cut);
    const size = { left: 0, top: 0, width: 140, height: 96 };
    const wanted = await sharp(png).extract(size).ensureAlpha().raw().toBuffer();
    const ours = await sharp(pixels.data, { raw: { width, height, channels: 4 } })
      .extract(size)
      .raw()
      .toBuffer();
    expect(psnr(wanted, ours)).toBeGreaterThan(38);
  });

  test("an arithmetic-coded strip is refused by its name", async () => {
    const jpeg = new Uint8Array(await asIs(sharp(await photograph())).toBuffer());
    const at = jpeg.findIndex((byte, i) => byte === 0xff && jpeg[i + 1] === 0xc0);
    const other = jpeg.map((byte, i) => (i === at + 1 ? 0xc9 : byte));
    const of = { width: WIDTH, height: HEIGHT, bits: 8, samples: 3, photometric: 6, compression: 7, sample: () => 0 };
    await expect(pictureOf(tiffFile({ ...of, segments: [other] }))).rejects.toMatchObject({
      reason: "format_unsupported",
      facts: { value: "TIFF with arithmetic-coded JPEG" },
    });
  });
});

describe("old-style JPEG", () => {
  const of = { width: WIDTH, height: HEIGHT, bits: 8, samples: 3, photometric: 6, compression: 6, sample: () => 0 };

  test("a whole JPEG file at JPEGInterchangeFormat is shown", async () => {
    const png = await photograph();
    const jpeg = new Uint8Array(await asIs(sharp(png)).toBuffer());
    // The data begin at byte 8.
    const bytes = tiffFile({ ...of, segments: [jpeg], fields: { 513: [8], 514: [jpeg.length] } });
    const wanted = await sharp(png).ensureAlpha().raw().toBuffer();
    expect(psnr(wanted, (await pictureOf(bytes)).pixels.data)).toBeGreaterThan(38);
  });
  test("so is one that is the only strip, as in raw files of Canon", async () => {
    const png = await photograph();
    const bytes = tiffFile({ ...of, segments: [new Uint8Array(await asIs(sharp(png)).toBuffer())] });
    const wanted = await sharp(png).ensureAlpha().raw().toBuffer();
    expect(psnr(wanted, (await pictureOf(bytes)).pixels.data)).toBeGreaterThan(38);
  });
  test.each([
    ["tables in fields", {}],
    ["something else there", { 513: [9] }],
  ])("%s: refused by its name", async (_, fields) => {
    const bytes = tiffFile({ ...of, segments: [new Uint8Array(500)], fields });
    await expect(pictureOf(bytes)).rejects.toMatchObject({
      reason: "format_unsupported",
      facts: { value: "TIFF with old-style JPEG" },
    });
  });
});

describe("YCbCr without JPEG", () => {
  const sample: TiffOf["sample"] = (x, y, channel) => {
    // Chroma is constant in blocks of 4 x 4, so that any subsampling keeps it.
    return channel === 0 ? (x * 5 + y * 3) % 256 : ((x >> 2) * 20 + (y >> 2) * 31 * channel + 60) % 256;
  };
  const of = { width: 37, height: 23, bits: 8, samples: 3, photometric: 6, sample };

  const SUBSAMPLINGS = [1, 2, 4].flatMap((h) => [1, 2, 4].map((v) => [h, v] as const)).filter(([h, v]) => v <= h);
  test.each(SUBSAMPLINGS)("%ix%i", async (h, v) => {
    for (const how of [{}, { compression: 5 }, { compression: 8 }]) {
      for (const layout of [{}, { rowsPerStrip: 8 }, { tile: [16, 16] as const }]) {
        const bytes = tiffFile({ ...of, ...how, ...layout, subsampling: [h, v] });
        const { pixels, truncated } = await pictureOf(bytes);
        expect(truncated).toBe(false);
        expect(largestDifference(pixels.data, wantedYcc(sample))).toBeLessThanOrEqual(1);
      }
    }
  });

  test("as sharp", async () => {
    const bytes = tiffFile({ ...of, subsampling: [2, 2], rowsPerStrip: 8 });
    expect(psnr(await sharpPixels(bytes), (await pictureOf(bytes)).pixels.data)).toBeGreaterThan(40);
  });

  test("a subsampling that is none", async () => {
    const bytes = tiffFile({ ...of, subsampling: [1, 1], fields: { 530: [3, 3] } });
    await expect(pictureOf(bytes)).rejects.toMatchObject({ reason: "image_damaged" });
  });

  function wantedYcc(sample: TiffOf["sample"]): Uint8Array {
    const clamp = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
    return Uint8Array.from(
      Array.from({ length: 37 * 23 }, (_, i) => {
        const [y = 0, cb = 0, cr = 0] = [0, 1, 2].map((channel) => sample(i % 37, Math.floor(i / 37), channel));
        const [b, r] = [cb - 128, cr - 128];
        return [clamp(y + 1.402 * r), clamp(y - 0.344136 * b - 0.714136 * r), clamp(y + 1.772 * b), 255];
      }).flat(),
    );
  }
});
