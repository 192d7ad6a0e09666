/** The files of heavy kinds in the corpus: against sharp's result, or against the same picture in another format. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { corpusFiles, decodedPixels, psnr, readCorpus, referencePixels } from "../image/corpus.ts";
import { orderOf } from "../image/orders.ts";
import { renderAny } from "./renderAny.ts";

/** sharp reads no sequences. */
const SEQUENCE = "avif-sequence.avif";

/** Least PSNR in dB at 160 px. */
const LEAST = 38;
const LEAST_BY_FILE: Readonly<Record<string, number>> = {};

async function onWhite(data: Buffer, width: number, height: number): Promise<Buffer> {
  const raw = { raw: { width, height, channels: 4 } } as const;
  return sharp(data, raw).flatten({ background: "white" }).ensureAlpha().raw().toBuffer();
}

describe("AVIF", () => {
  test.each(corpusFiles("formats").filter((file) => file.endsWith(".avif") && file !== SEQUENCE))(
    "%s",
    async (file) => {
      const bytes = readCorpus("formats", file);
      const wish = { width: 160, height: 160, background: [255, 255, 255] } as const;
      const { bytes: png, width, height, truncated } = await renderAny(orderOf(bytes, wish, "png"));
      const wanted = await onWhite(await referencePixels(bytes, width, height), width, height);
      expect(psnr(await decodedPixels(png), wanted)).toBeGreaterThan(LEAST_BY_FILE[file] ?? LEAST);
      expect(truncated).toBe(false);
      const { width: sourceWidth = 0, height: sourceHeight = 0 } = await sharp(bytes)
        .rotate()
        .toBuffer()
        .then((one) => sharp(one).metadata());
      expect(Math.abs(width / height - sourceWidth / sourceHeight)).toBeLessThan(0.02);
    },
  );
  test.runIf(corpusFiles("formats").includes(SEQUENCE))("of a sequence the first frame", async () => {
    const { bytes, source } = await renderAny(orderOf(readCorpus("formats", SEQUENCE), { width: 100 }, "png"));
    expect(source.frames).toBe(1);
    const { channels } = await sharp(bytes).stats();
    expect(Math.max(...channels.slice(0, 3).map(({ stdev }) => stdev))).toBeGreaterThan(10);
  });
});
