import { describe, expect, test } from "vitest";
import { pdqOf } from "../../../../src/image/analyse/pdq.ts";
import type { Pixels } from "../../../../src/image/picture.ts";
import { renderImage } from "../../../../src/image/renderImage.ts";
import { corpusFiles, readCorpus } from "../corpus.ts";
import { orderOf } from "../orders.ts";
import { drawn } from "./vectors/drawn.ts";
import vectors from "./vectors/pdq.json" with { type: "json" };

/** Bits that differ between two hashes in hexadecimal. */
function distance(a: string, b: string): number {
  expect(a.length).toBe(b.length);
  const bits = (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2);
  return [...bits].filter((bit) => bit === "1").length;
}

/** Luma of a picture of 64 x 64 in the precision of the reference implementation, which then reduces nothing. */
function lumaOf({ data }: Pixels): Float32Array {
  const { fround } = Math;
  const [r, g, b] = [fround(0.299), fround(0.587), fround(0.114)];
  return Float32Array.from({ length: 64 * 64 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = data.subarray(4 * i, 4 * i + 3);
    return fround(fround(r * red) + fround(g * green)) + fround(b * blue);
  });
}

describe("the reference implementation's hash", () => {
  test.each(vectors.drawn)("of 64 x 64, seed $seed, $shapes shapes: bit for bit", (vector) => {
    const { width, height, seed, shapes, hash, quality } = vector;
    expect(pdqOf(lumaOf(drawn(width, height, seed, shapes)))).toEqual({ hash, quality });
  });
});

describe("photographs", () => {
  const has = corpusFiles("photos").length > 0;
  const every = process.env.FIRSTLIGHT_LONG === "1" ? 1 : 12;
  const some = vectors.photographs.filter((_, i) => i % every === 0);
  test.skipIf(has)("skipped: there is no ../shared/corpus", () => {});
  // The reference hashes were made of 512 x 512 from another decoder and resampler. Implementations of PDQ are said to agree
  // within 10 bits where the quality is 80 or more: 35 of 36 photographs do, and the most is 16.
  test.skipIf(!has).each(some)("$file rendered to 640 px is within 16 bits of the reference", async (vector) => {
    const bytes = readCorpus("photos", vector.file);
    const { look } = await renderImage({ ...orderOf(bytes, { width: 640 }, "webp"), analyse: ["pdq"] });
    if (look?.pdq === undefined) throw new Error("no hash was made");
    expect(Math.abs(look.pdq.quality - vector.quality)).toBeLessThanOrEqual(12);
    if (vector.quality >= 80) expect(distance(look.pdq.hash, vector.hash)).toBeLessThanOrEqual(16);
  });
});
