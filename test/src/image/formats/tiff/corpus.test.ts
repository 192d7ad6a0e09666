/** Real files, and the known bad ones, against sharp; skipped where the corpus is not beside the checkout. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { CORPUS, corpusFiles, psnr, readCorpus } from "../../corpus.ts";
import { orderOf } from "../../orders.ts";
import { largestDifference, pictureOf, sharpPixels } from "./pictureOf.ts";

const CASES = join(CORPUS, "../cases/image");
const isTiff = (name: string) => /\.tiff?$/.test(name);

/** Our RGBA at full size, with an embedded profile converted. */
async function rendered(bytes: Uint8Array, wish: object = {}): Promise<Buffer> {
  const { bytes: png } = await renderImage(orderOf(bytes, wish, "png"));
  return sharp(png).ensureAlpha().raw().toBuffer();
}

describe("corpus", () => {
  const files = corpusFiles("formats").filter(isTiff);

  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s", async (file) => {
    const bytes = readCorpus("formats", file);
    const { pixels, truncated } = await pictureOf(bytes);
    expect(truncated).toBe(false);
    // Without a profile sharp takes libvips' press profile for CMYK, we what browsers use.
    if (file.includes("cmyk")) expect(psnr(await sharpPixels(bytes), pixels.data)).toBeGreaterThan(23);
    else expect(largestDifference(await sharpPixels(bytes), pixels.data)).toBe(0);
  });
});

describe("cases", () => {
  const files = existsSync(CASES) ? readdirSync(CASES).filter(isTiff) : [];
  const read = (file: string) => new Uint8Array(readFileSync(join(CASES, file)));
  /** The farthest that a sample may be from sharp's. */
  const LIMITS: Readonly<Record<string, number>> = {
    // Divided by alpha here and there, with other rounding.
    "tiff-associated-alpha.tif": 1,
  };
  /** The lowest PSNR in dB, where single samples say little. */
  const SIMILAR: Readonly<Record<string, number>> = {
    // libjpeg enlarges chroma with a triangle, we with a cubic.
    "tiff-jpeg-ycbcr.tif": 34,
    // Two ways to convert a profile.
    "tiff-display-p3.tif": 45,
  };

  test.skipIf(files.length > 0)("skipped: there is no ../shared/cases", () => {});
  test.each(files)("%s", async (file) => {
    const bytes = read(file);
    const wanted = await sharp(bytes).toColourspace("srgb").ensureAlpha().raw({ depth: "uchar" }).toBuffer();
    const ours = await rendered(bytes);
    const similar = SIMILAR[file];
    if (similar !== undefined) expect(psnr(wanted, ours)).toBeGreaterThan(similar);
    else expect(largestDifference(wanted, ours)).toBeLessThanOrEqual(LIMITS[file] ?? 0);
  });
  test.runIf(files.length > 0)("tiff-associated-alpha.tif on white has the colours of the scene", async () => {
    const data = await rendered(read("tiff-associated-alpha.tif"), { background: [255, 255, 255] });
    const at = (x: number, y: number) => [...data.subarray(4 * (60 * y + x), 4 * (60 * y + x) + 3)];
    for (const [got, wanted] of [
      [at(30, 5), [145, 197, 156]],
      [at(50, 30), [191, 177, 79]],
    ] as const) {
      for (const [i, value] of wanted.entries()) expect(Math.abs((got[i] ?? 0) - value)).toBeLessThanOrEqual(2);
    }
  });
});

describe("what sharp writes", () => {
  const [width, height] = [333, 211];
  const data = Uint8Array.from(
    { length: width * height * 4 },
    (_, i) => ((i * 2_654_435_761) >>> 13) & (i < width * height * 2 ? 255 : 15),
  );
  const image = () => sharp(data, { raw: { width, height, channels: 4 } });
  const compressions = ["none", "packbits", "lzw", "deflate"] as const;
  const layouts = [
    { tile: false },
    { tile: true, tileWidth: 64, tileHeight: 32 },
    { tile: true, pyramid: true },
    { bigtiff: true },
  ];

  test.each(compressions)("%s", async (compression) => {
    for (const layout of layouts) {
      for (const predictor of ["none", "horizontal"] as const) {
        for (const made of [
          image(),
          image().removeAlpha(),
          image().toColourspace("rgb16"),
          image().toColourspace("b-w"),
        ]) {
          const bytes = new Uint8Array(await made.tiff({ compression, predictor, ...layout }).toBuffer());
          const { pixels, truncated } = await pictureOf(bytes);
          expect(truncated).toBe(false);
          expect(largestDifference(await sharpPixels(bytes), pixels.data)).toBe(0);
        }
      }
    }
  });
  test("CMYK with a profile that is a table", async () => {
    const photo = sharp({
      create: {
        width: 90,
        height: 60,
        channels: 3,
        background: "teal",
        noise: { type: "gaussian", mean: 128, sigma: 20 },
      },
    });
    const bytes = new Uint8Array(
      await sharp(await photo.png().toBuffer())
        .withIccProfile("cmyk")
        .tiff({ compression: "lzw" })
        .toBuffer(),
    );
    const wanted = await sharp(bytes).toColourspace("srgb").ensureAlpha().raw().toBuffer();
    expect(psnr(wanted, await rendered(bytes))).toBeGreaterThan(32);
  });
  test.each([1, 2, 4] as const)("%i bits", async (bitdepth) => {
    for (const [compression, miniswhite] of [
      ["none", false],
      ["packbits", true],
      ["deflate", false],
      ...(bitdepth === 1 ? ([["ccittfax4", true]] as const) : []),
    ] as const) {
      const grey = image().removeAlpha().toColourspace("b-w");
      const made = grey.tiff({ compression, bitdepth, miniswhite, predictor: "none" });
      const bytes = new Uint8Array(await made.toBuffer());
      expect(largestDifference(await sharpPixels(bytes), (await pictureOf(bytes)).pixels.data)).toBe(0);
    }
  });
});
