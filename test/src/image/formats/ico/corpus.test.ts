/** The icons that were refused or came out blank before; skipped where they are not beside the checkout. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { CORPUS, corpusFiles, psnr, readCorpus } from "../../corpus.ts";
import { orderOf } from "../../orders.ts";

const CASES = join(CORPUS, "../cases/image");
const present = existsSync(CASES);

async function rendered(bytes: Uint8Array, width: number) {
  const { bytes: png } = await renderImage(orderOf(bytes, { width }, "png"));
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, size: [info.width, info.height] };
}
const caseOf = (file: string, width: number) => rendered(new Uint8Array(readFileSync(join(CASES, file))), width);

describe("cases", () => {
  test.skipIf(present)("skipped: there is no ../shared/cases", () => {});
  test.runIf(present).each<[string, number, number, readonly number[]]>([
    ["ico-48-of-8-bits-and-16-of-32.ico", 0, 48, [0, 0, 255, 255]],
    // The picture of 16 px is red.
    ["ico-48-of-8-bits-and-16-of-32.ico", 9, 9, [0, 0, 255, 255]],
    ["ico-48-of-8-bits-and-16-of-32.ico", 8, 8, [255, 0, 0, 255]],
    ["ico-png256-bpp-0-and-16.ico", 64, 64, [0, 200, 0, 255]],
    ["ico-32-alpha-and-full-mask.ico", 0, 32, [200, 100, 50, 255]],
  ])("%s at %i: %i px in one colour", async (file, width, side, wanted) => {
    const { data, size } = await caseOf(file, width);
    expect(size).toEqual([side, side]);
    const others = Array.from({ length: side * side }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)]).filter((pixel) =>
      pixel.some((value, i) => value !== wanted[i]),
    );
    expect(others).toEqual([]);
  });
  test.runIf(present).each([
    ["ico-png-without-alpha.ico", 0, 48],
    ["ico-imagemagick.ico", 64, 64],
    ["ico-imagemagick.ico", 16, 16],
  ])("%s at %i: a picture of %i px", async (file, width, side) => {
    const { data, size } = await caseOf(file, width);
    expect(size).toEqual([side, side]);
    expect(data.some((value, i) => (i & 3) === 3 && value === 255)).toBe(true);
    expect(new Set(data.filter((_, i) => (i & 3) !== 3)).size).toBeGreaterThan(1);
  });
});

describe("corpus", () => {
  const files = corpusFiles("formats").filter((file) => file.startsWith("ico-"));
  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s: the same picture at all of its sizes", async (file) => {
    const whole = await rendered(readCorpus("formats", file), 64);
    const raw = { raw: { width: 64, height: 64, channels: 4 } } as const;
    for (const width of [16, 24, 32, 48, 64]) {
      const { data, size } = await rendered(readCorpus("formats", file), width);
      expect(size).toEqual([width, width]);
      const wanted = await sharp(whole.data, raw).resize(width, width).flatten().ensureAlpha().raw().toBuffer();
      const ours = await sharp(data, { raw: { ...raw.raw, width, height: width } })
        .flatten()
        .ensureAlpha()
        .raw()
        .toBuffer();
      expect(psnr(wanted, ours)).toBeGreaterThan(25);
    }
  });
});
