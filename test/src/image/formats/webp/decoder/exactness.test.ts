/** Our planes, taken to RGB in libwebp's arithmetic, are what libwebp gives: bit for bit. */
import { describe, expect, test } from "vitest";
import { CORPUS, corpusFiles, readCorpus } from "../../../corpus.ts";
import { type Random, seeded } from "../../jpeg/decoder/random.ts";
import { encodeWith, type Options, paint } from "./pictures.ts";
import { byLibwebp, firstDifference, planesOf, toRgba } from "./reference.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";

function difference(bytes: Uint8Array): string {
  const ours = planesOf(bytes);
  return firstDifference(toRgba(ours), byLibwebp(bytes), ours.width);
}

async function made(random: Random, width: number, height: number, options: Options): Promise<Uint8Array> {
  return encodeWith(paint(random, width, height), width, height, options);
}

describe("VP8 against libwebp", () => {
  const lossy = (["formats", "photos"] as const)
    .flatMap((folder) => corpusFiles(folder).map((file) => [folder, file] as const))
    .filter(([folder, file]) => isPlainVp8(readCorpus(folder, file)));

  test.skipIf(lossy.length > 0)(`skipped: no lossy WebP in ${CORPUS}`, () => {});
  test.each(LONG ? lossy : lossy.slice(0, 6))("%s/%s", (folder, file) => {
    expect(difference(readCorpus(folder, file))).toBe("");
  });

  test("every side from 1 to 40", async () => {
    const random = seeded(1);
    for (let side = 1; side <= 40; side++) {
      const other = random.between(1, 40);
      for (const [width, height] of [
        [side, other],
        [other, side],
      ] as const) {
        const bytes = await made(random, width, height, { quality: random.between(5, 98) });
        expect(`${width}x${height} ${difference(bytes)}`).toBe(`${width}x${height} `);
      }
    }
  });

  const kinds: Record<string, readonly Options[]> = {
    qualities: [0, 1, 10, 40, 60, 75, 90, 97, 100].map((quality) => ({ quality })),
    methods: [0, 1, 2, 3, 4, 5, 6].map((method) => ({ method })),
    segments: [1, 2, 3, 4].map((segments) => ({ segments, sns_strength: 100 })),
    "token partitions": [0, 1, 2, 3].map((partitions) => ({ partitions })),
    "normal filter": [0, 1, 8, 20, 50, 100].map((filter_strength) => ({ filter_strength, quality: 30 })),
    "simple filter": [1, 20, 50, 100].map((filter_strength) => ({ filter_strength, filter_type: 0, quality: 30 })),
    sharpness: [1, 3, 5, 7].map((filter_sharpness) => ({ filter_sharpness, filter_strength: 70, quality: 20 })),
  };

  test.each(Object.entries(kinds))("%s", async (_, all) => {
    const random = seeded(2);
    for (const options of all) {
      const [width, height] = [random.between(60, 150), random.between(60, 150)];
      const bytes = await made(random, width, height, options);
      expect(`${JSON.stringify(options)} ${difference(bytes)}`).toBe(`${JSON.stringify(options)} `);
    }
  });

  test(`${LONG ? 600 : 40} mixtures`, async () => {
    const random = seeded(3);
    for (let i = 0; i < (LONG ? 600 : 40); i++) {
      const options: Options = {
        quality: random.between(0, 100),
        method: random.between(0, 6),
        segments: random.between(1, 4),
        sns_strength: random.between(0, 100),
        filter_strength: random.between(0, 100),
        filter_sharpness: random.between(0, 7),
        filter_type: random.between(0, 1),
        partitions: random.between(0, 3),
      };
      const bytes = await made(random, random.between(1, 200), random.between(1, 200), options);
      expect(`${JSON.stringify(options)} ${difference(bytes)}`).toBe(`${JSON.stringify(options)} `);
    }
  });
});

function isPlainVp8(bytes: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
  if (!text.startsWith("RIFF") || text.slice(8, 12) !== "WEBP") return false;
  return !["VP8L", "ALPH", "ANMF"].some((tag) => text.includes(tag));
}
