/** What the encoder predicts from is what a decoder has: bit for bit, in all three planes. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { CORPUS, corpusFiles, readCorpus } from "../../corpus.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { drift } from "./encoderPlanes.ts";
import { KINDS, picture } from "./pictures.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const QUALITIES = LONG ? [1, 20, 50, 75, 95, 100] : [1, 75, 100];
const SMALL = LONG
  ? Array.from({ length: 66 }, (_, i) => i + 1)
  : [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49];
const LARGE = LONG ? [200, 320, 640, 1600] : [200];
const PHOTOS = corpusFiles("photos").filter((_, i) => LONG || i % 9 === 0);

describe("no drift", () => {
  test.each(KINDS)(
    "%s, every size and its transpose",
    (kind) => {
      const random = seeded(31);
      for (const side of [...SMALL, 64, 65, 66]) {
        const other = random.between(1, 66);
        for (const [width, height] of [
          [side, side],
          [side, other],
          [other, side],
        ] as const) {
          for (const quality of QUALITIES) {
            const name = `${width}x${height} q${quality}`;
            expect(`${name} ${drift(picture(random, kind, width, height, null), quality)}`).toBe(`${name} `);
          }
        }
      }
    },
    LONG ? 600_000 : 60_000,
  );

  test.skipIf(PHOTOS.length > 0)(`skipped: no photographs in ${CORPUS}`, () => {});
  test.each(PHOTOS)(
    "%s",
    async (file) => {
      for (const side of [...SMALL, ...LARGE]) {
        const { data, info } = await sharp(readCorpus("photos", file))
          .resize(side, side, { fit: side > 100 ? "inside" : "cover" })
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        const pixels = { width: info.width, height: info.height, data: new Uint8Array(data), alpha: false };
        for (const quality of QUALITIES) {
          const name = `${info.width}x${info.height} q${quality}`;
          expect(`${name} ${drift(pixels, quality)}`).toBe(`${name} `);
        }
      }
    },
    LONG ? 600_000 : 60_000,
  );

  test("1 x N, N x 1 and one macroblock more or less", () => {
    const random = seeded(32);
    for (const [width, height] of [
      [1, 700],
      [700, 1],
      [4096, 3],
      [3, 4096],
      [255, 257],
    ] as const) {
      const pixels = picture(random, "photo", width, height, null);
      expect(`${width}x${height} ${drift(pixels, 75)}`).toBe(`${width}x${height} `);
    }
  });
});
