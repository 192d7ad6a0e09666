/** Real files, and pictures that go through BMP and back, pixel by pixel; files are skipped where there is no corpus. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { CORPUS, corpusFiles, psnr, readCorpus, referencePixels } from "../../corpus.ts";
import { orderOf } from "../../orders.ts";
import { bmpFile, bmpOfPixels } from "./bmpFile.ts";
import { pictureOf } from "./pictureOf.ts";

const CASES = join(CORPUS, "../cases/image");

/** Noise and gradients. Alpha has all values. */
function somePixels(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 4 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) ^ (i >> 4));
}

describe("what sharp has as raw pixels", () => {
  const [width, height] = [123, 77];
  const data = somePixels(width, height);

  test.each([24, 32] as const)("%i bits at full size: the same bytes", async (bits) => {
    const { pixels } = await pictureOf(bmpOfPixels(data, width, height, bits));
    const wanted = bits === 32 ? data : data.map((byte, i) => ((i & 3) === 3 ? 255 : byte));
    expect(Buffer.from(pixels.data).equals(Buffer.from(wanted))).toBe(true);
  });
  test.each([
    [24, { width: 40, height: 40 }],
    [32, { width: 40, height: 40 }],
    [24, { width: 30, height: 50, resize: "fill" }],
    [32, { width: 50, height: 10, resize: "fill" }],
  ] as const)("%i bits at %o: as the PNG with the same pixels", async (bits, wish) => {
    const raw = sharp(data, { raw: { width, height, channels: 4 } });
    const png = await (bits === 32 ? raw : raw.removeAlpha()).png().toBuffer();
    const ours = await renderImage(orderOf(bmpOfPixels(data, width, height, bits), wish, "png"));
    const wanted = await renderImage(orderOf(new Uint8Array(png), wish, "png"));
    expect(Buffer.from(ours.bytes).equals(Buffer.from(wanted.bytes))).toBe(true);
  });
});

describe("colour", () => {
  const row = [0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0];
  const rendered = async (profile?: Uint8Array) => {
    const file = bmpFile({ width: 4, height: 1, bits: 24, rows: [row], header: 124, ...(profile ? { profile } : {}) });
    return [
      ...(await sharp((await renderImage(orderOf(file, {}, "png"))).bytes)
        .raw()
        .toBuffer()),
    ].slice(0, 3);
  };
  test("the profile of a V5 header counts", async () => {
    const p3 = await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
      .withIccProfile("p3")
      .png()
      .toBuffer();
    const { icc } = await sharp(p3).metadata();
    if (icc === undefined) throw new Error("sharp wrote no profile");
    const [r, g, b] = await rendered(new Uint8Array(icc));
    expect([r, g]).toEqual([0, 255]);
    expect(b).toBeLessThan(5);
    expect(await rendered()).toEqual([0, 255, 0]);
  });
  test("a profile that is outside of the file, or is none, does not", async () => {
    expect(await rendered(new Uint8Array(200))).toEqual([0, 255, 0]);
    const file = bmpFile({ width: 4, height: 1, bits: 24, rows: [row], header: 124, profile: new Uint8Array(200) });
    expect((await pictureOf(file.slice(0, -1))).truncated).toBe(false);
  });
});

describe("corpus", () => {
  const files = corpusFiles("formats").filter((file) => file.startsWith("bmp-"));

  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s", async (file) => {
    const { pixels, truncated } = await pictureOf(readCorpus("formats", file));
    expect(truncated).toBe(false);
    // The same picture as a GIF, in 256 colours.
    const wanted = await referencePixels(
      readCorpus("formats", "gif-static-interlaced.gif"),
      pixels.width,
      pixels.height,
    );
    if (!file.includes("alpha")) expect(psnr(wanted, pixels.data)).toBeGreaterThan(22);
  });
});

describe("cases", () => {
  const file = join(CASES, "bmp-os2-v2.bmp");
  test.skipIf(existsSync(file))("skipped: there is no ../shared/cases", () => {});
  test.runIf(existsSync(file))("bmp-os2-v2.bmp is grey 150", async () => {
    const { pixels } = await pictureOf(new Uint8Array(readFileSync(file)));
    expect([pixels.width, pixels.height, pixels.alpha]).toEqual([16, 16, false]);
    expect([...pixels.data].every((byte, i) => byte === ((i & 3) === 3 ? 255 : 150))).toBe(true);
  });
});
