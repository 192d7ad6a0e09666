/** Every file of the corpus through the engine: against sharp's result where it is decoded, else the clean refusal. */
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { ANSWERS, Failure } from "../../../src/errors.ts";
import { engineMemory, KEPT_BYTES } from "../../../src/image/engines.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import type { Rendition } from "../../../src/image/rendition.ts";
import { corpusFiles, decodedPixels, psnr, readCorpus, referencePixels } from "./corpus.ts";
import { orderOf } from "./orders.ts";

const SIDE = { width: 160, height: 160 };

/** Least PSNR in dB of our pixels against sharp's full decode, both Lanczos-3 at 160 px. Most files reach 46 to 67. */
const EXACT = 45;
const CMYK = {
  // No profile in the file: sharp takes libvips' press profile, we the multiplicative default browsers use.
  "jpeg-cmyk-444.jpg": 23,
  "jpeg-cmyk-adobe.jpg": 23,
  "tiff-lzw-cmyk.tiff": 23,
};
const EXACT_BY_FILE: Readonly<Record<string, number>> = {
  ...CMYK,
  "building-exterior.webp": 42,
  // Chroma is decoded at half of luma. The conversion enlarges what that loses.
  "jpeg-icc-display-p3.jpg": 44,
  // gAMA beside cHRM counts as in browsers (png/chromium.test.ts). sharp reads neither, so dark tones differ.
  "png-exif-orientation-6.png": 36,
  "png-palette64.png": 33,
  "png-rgb16.png": 41,
  "png-rgb8-interlaced.png": 36,
  "png-rgb8.png": 36,
  "png-rgba16.png": 42,
  // 24 rows become 1, so the padding of the last chroma block matters.
  "jpeg-8000x24.jpg": 38,
};
/** Photographs are large: their exact comparison is for the long run, the encoded ones are always compared. */
const LONG = process.env.FIRSTLIGHT_LONG === "1";
/** Least PSNR after lossy encoding at the default quality. */
const LOSSY = 27;
const LOSSY_BY_FILE: Readonly<Record<string, number>> = { ...CMYK, "png-bilevel.png": 20 };

/** What this Worker does not decode by itself, by the end of its name. heavy/corpus.test.ts has what the heavy one does. */
const REFUSED: readonly (readonly [RegExp, Failure["reason"]])[] = [
  [/\.(avif|heic|jxl|svgz?)$/, "format_unsupported"],
  [/^jpeg-arithmetic\.jpg$/, "format_unsupported"],
];
/** sharp reads neither BMP nor ICO: sizes only, and for BMP the same picture out of another file. */
const SAME_PICTURE: Readonly<Record<string, string>> = {
  "bmp-24bit.bmp": "gif-static-interlaced.gif",
  "bmp-8bit-palette.bmp": "gif-static-interlaced.gif",
  "bmp-8bit-rle.bmp": "gif-static-interlaced.gif",
};
const SIZE_ONLY: Readonly<Record<string, readonly [number, number]>> = {
  "bmp-32bit-alpha.bmp": [120, 81],
  "ico-multi.ico": [64, 64],
};

const refusal = (file: string) => REFUSED.find(([pattern]) => pattern.test(file))?.[1];

/** The reference on white, like the pictures that are compared with it. */
async function referenceFor(file: string, bytes: Uint8Array, { width, height }: Rendition): Promise<Buffer> {
  const same = SAME_PICTURE[file];
  const data = await referencePixels(same === undefined ? bytes : readCorpus("formats", same), width, height);
  return sharp(data, { raw: { width, height, channels: 4 } })
    .flatten({ background: "white" })
    .ensureAlpha()
    .raw()
    .toBuffer();
}

function leastPsnr(file: string, format: Rendition["format"]): number {
  if (file in SAME_PICTURE) return format === "png" ? 24 : 22;
  return format === "png" ? (EXACT_BY_FILE[file] ?? EXACT) : (LOSSY_BY_FILE[file] ?? LOSSY);
}

describe.each(["formats", "photos"] as const)("corpus/%s", (folder) => {
  const files = corpusFiles(folder);
  for (const file of files) {
    const reason = refusal(file);
    if (reason !== undefined) {
      test(`${file}: ${reason}`, async () => {
        const order = orderOf(readCorpus(folder, file), SIDE, "webp");
        await expect(renderImage(order)).rejects.toMatchObject({ reason });
      });
    } else if (file in SIZE_ONLY) {
      test(`${file}: size`, async () => {
        const result = await renderImage(orderOf(readCorpus(folder, file), SIDE, "webp"));
        expect([result.width, result.height]).toEqual(SIZE_ONLY[file]);
      });
    } else {
      test(`${file}: size, orientation and colour in PNG, WebP and JPEG`, async () => {
        const bytes = readCorpus(folder, file);
        const formats = folder === "formats" || LONG ? (["png", "webp", "jpeg"] as const) : (["webp", "jpeg"] as const);
        let wanted: Buffer | null = null;
        for (const format of formats) {
          const result = await renderImage(orderOf(bytes, { ...SIDE, background: [255, 255, 255] }, format));
          wanted ??= await referenceFor(file, bytes, result);
          expect(psnr(await decodedPixels(result.bytes), wanted)).toBeGreaterThan(leastPsnr(file, format));
          const meta = await sharp(result.bytes).metadata();
          expect([meta.format, meta.width, meta.height]).toEqual([format, result.width, result.height]);
        }
      });
    }
  }
  test.runIf(files.length > 0)("what was kept of the engines' memory is within its limit", () => {
    expect(Object.values(engineMemory()).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(KEPT_BYTES);
  });
});

describe("corpus/formats: wide gamut", () => {
  test.runIf(corpusFiles("formats").length > 0)(
    "the Display P3 probe gives the sRGB values it was made for",
    async () => {
      const { bytes } = await renderImage(orderOf(readCorpus("formats", "png-icc-p3-probe.png"), {}, "png"));
      const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const patches = [32, 96, 160, 224].map((x) => [
        ...data.subarray((32 * info.width + x) * 3, (32 * info.width + x) * 3 + 3),
      ]);
      const wanted = [
        [215, 93, 31],
        [0, 163, 82],
        [54, 81, 207],
        [128, 128, 128],
      ];
      const worst = Math.max(...patches.flatMap((rgb, i) => rgb.map((v, c) => Math.abs(v - (wanted[i]?.[c] ?? 0)))));
      expect(worst).toBeLessThanOrEqual(2);
    },
  );
});

describe("corpus/hostile", () => {
  const files = corpusFiles("hostile");
  /** CPU of this process for one file, generous because other tests run beside; the bench measures it exactly. */
  const LIMIT_MS = 1000;
  let before: Uint8Array | null = null;
  const good = async () => {
    const picture = await sharp({ create: { width: 300, height: 200, channels: 3, background: "teal" } })
      .jpeg()
      .toBuffer();
    return (await renderImage(orderOf(picture, SIDE, "webp"))).bytes;
  };
  const outcomes: string[] = [];

  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s: a picture or a 4xx within a second, and a good picture right after", async (file) => {
    before ??= await good();
    const bytes = readCorpus("hostile", file);
    const started = performance.now();
    try {
      const { truncated } = await renderImage(orderOf(bytes, SIDE, "webp"));
      outcomes.push(`${file}: a picture${truncated ? " (cut)" : ""}`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      outcomes.push(`${file}: ${error.reason}`);
      expect([400, 413, 415]).toContain(ANSWERS[error.reason].status);
    }
    expect(performance.now() - started).toBeLessThan(LIMIT_MS);
    expect(await good()).toEqual(before);
  });

  afterAll(() => {
    if (process.env.FIRSTLIGHT_LONG === "1") console.log(outcomes.join("\n"));
  });
});
