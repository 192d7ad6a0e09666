import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jpegEngine } from "../../../../../../src/image/formats/jpeg/decoder/engine.ts";
import type { JpegHeader } from "../../../../../../src/image/formats/jpeg/decoder/header.ts";
import { readJpeg } from "../../../../../../src/image/formats/jpeg/decoder/markers.ts";
import { UnsupportedJpeg } from "../../../../../../src/image/formats/jpeg/decoder/refusal.ts";
import type { BlockSize } from "../../../../../../src/image/formats/jpeg/decoder/scale.ts";
import { decodeJpeg } from "../../../../../../src/image/formats/jpeg/decoder/thumbnail.ts";
import jpeg from "../../../../../../src/image/formats/jpeg/wasm/decoder.wasm";
import { decodeWithTurbo } from "./turbo.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const CORPUS = join(import.meta.dirname, "../../../../../../../shared/corpus");
const engine = jpegEngine(jpeg);

/** Every JPEG of the corpus; the photographs, which take long in libjpeg-turbo at full size, only in the long run. */
function corpus(): string[] {
  const folders = LONG ? ["formats", "photos"] : ["formats"];
  return folders.flatMap((folder) => {
    const path = join(CORPUS, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .map((name) => join(path, name))
      .filter((file) =>
        readFileSync(file)
          .subarray(0, 3)
          .equals(Buffer.of(0xff, 0xd8, 0xff)),
      );
  });
}

/** At size/8, with every component as large as luma if it can be: the nearest to what libjpeg does. */
function decodeAt(bytes: Uint8Array, header: JpegHeader, size: BlockSize): { pixels: Uint8Array; inks: boolean } {
  const width = Math.ceil((header.width * size) / 8);
  const height = Math.ceil((header.height * size) / 8);
  const crop = { x: 0, y: 0, width: (width * 8) / size, height: (height * 8) / size };
  const sizes = header.components.map(
    (c) => Math.min(8, size * Math.min(header.across / c.h, header.down / c.v)) as BlockSize,
  );
  const plan = { dctScale: size, crop, width, height, sizes };
  const { pixels, colour } = decodeJpeg(engine, bytes, header, plan);
  return { pixels, inks: colour === "inks" };
}

/** Peak signal-to-noise ratio in dB, the largest difference, and the share of samples that differ. */
function compare(a: Uint8Array, b: Uint8Array, inverted: boolean) {
  let squares = 0;
  let most = 0;
  let differing = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((inverted ? 255 - (a[i] ?? 0) : (a[i] ?? 0)) - (b[i] ?? 0));
    squares += difference * difference;
    most = Math.max(most, difference);
    if (difference > 0) differing++;
  }
  const psnr = squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * a.length) / squares);
  return { psnr, most, share: differing / a.length };
}

/**
 * How far from libjpeg-turbo a decode may be, and why it is at all:
 * - full size and an eighth, nothing subsampled: the samples are the same; green's two products are rounded together
 *   here and apart there, so pixels differ by 1, seldom.
 * - full size, subsampled: chroma is interpolated by Lanczos-3 here, by a triangle there (and not at all for 4:4:0).
 * - an eighth, subsampled: chroma is decoded at two samples a block here, luma's scale; libjpeg does the same.
 *   At 4:2:2 it averages two samples across.
 * - a quarter and a half: the lowest coefficients only (see assembly/decoder/idct.ts); libjpeg averages pairs of samples,
 *   which lets frequencies fold back that the picture at this size cannot hold.
 */
const LIMITS = {
  8: { equal: { psnr: 80, most: 1 }, subsampled: { psnr: 36, most: 60 } },
  4: { equal: { psnr: 38, most: 64 }, subsampled: { psnr: 37, most: 64 } },
  2: { equal: { psnr: 37, most: 64 }, subsampled: { psnr: 37, most: 64 } },
  1: { equal: { psnr: 80, most: 1 }, subsampled: { psnr: 36, most: 64 } },
} as const satisfies Record<BlockSize, Record<"equal" | "subsampled", { psnr: number; most: number }>>;

const files = corpus();
if (files.length === 0) console.log("corpus.test.ts: no ../shared/corpus, 1 test skipped");

describe.skipIf(files.length === 0)("against libjpeg-turbo, at every scale", { timeout: 300_000 }, () => {
  for (const file of files) {
    it(file.slice(CORPUS.length + 1), () => {
      const bytes = new Uint8Array(readFileSync(file));
      if (file.endsWith("arithmetic.jpg")) {
        expect(() => readJpeg(bytes)).toThrow(UnsupportedJpeg);
        return;
      }
      const header = readJpeg(bytes);
      const equal = header.components.every(({ h, v }) => h === header.across && v === header.down);
      for (const size of [1, 2, 4, 8] as const) {
        // Progressive at full size over the store's limit is decoded smaller, which is no comparison.
        const fullPixels = header.width * header.height;
        if (size === 8 && fullPixels > (header.progressive ? 9e6 : LONG ? Number.POSITIVE_INFINITY : 1e6)) continue;
        const { pixels, inks } = decodeAt(bytes, header, size);
        const theirs = decodeWithTurbo(bytes, size);
        expect(pixels.length).toBe(theirs.pixels.length);
        const { psnr, most } = compare(pixels, theirs.pixels, inks);
        const limit = LIMITS[size][equal ? "equal" : "subsampled"];
        expect(psnr, `PSNR at ${size}/8`).toBeGreaterThanOrEqual(limit.psnr);
        expect(most, `largest difference at ${size}/8`).toBeLessThanOrEqual(limit.most);
        if (header.model === "grey" && (size === 1 || size === 8)) expect(pixels).toEqual(theirs.pixels);
      }
    });
  }
});
