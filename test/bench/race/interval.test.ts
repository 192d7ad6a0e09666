import { describe, expect, test } from "vitest";
import {
  bootstrap,
  type Pair,
  quantileOf,
  savedOf,
  shareAtLeast,
  slowerPercent,
} from "../../../bench/race/figures/interval.ts";
import { randomFrom } from "../../../demo/generator/noise.ts";

describe("quantiles", () => {
  const rows: readonly (readonly [string, readonly number[], number, number])[] = [
    ["the middle of an odd count", [3, 1, 2], 0.5, 2],
    ["the mean of the middle two", [4, 1, 3, 2], 0.5, 2.5],
    ["between two, in proportion", [0, 10], 0.95, 9.5],
    ["the least", [5, 7, 6], 0, 5],
    ["the most", [5, 7, 6], 1, 7],
    ["of one value", [8], 0.95, 8],
    ["of none", [], 0.5, Number.NaN],
  ];
  for (const [name, values, share, is] of rows) test(name, () => expect(quantileOf(values, share)).toBe(is));

  test("numbers are sorted as numbers", () => expect(quantileOf([10, 9, 100], 1)).toBe(100));
});

describe("what is saved", () => {
  test("off minus on, picture by picture", () => {
    expect(savedOf([{ on: [100, 60], off: [300, 50] }])).toEqual([200, -10]);
  });
  test("both sides of 100 ms", () => {
    expect(shareAtLeast([100, 99.9, 250, -5], 100)).toBe(0.5);
  });
  test("slower in percent of the median without", () => {
    expect(slowerPercent([{ on: [110, 110], off: [100, 100] }])).toBeCloseTo(10);
    expect(slowerPercent([{ on: [50], off: [100] }])).toBe(-50);
  });
});

/** `pages` pairs of 20 pictures. A whole page is faster by the same amount, plus noise per picture. */
function pairsOf(pages: number, random: () => number, savedMs: number): Pair[] {
  return Array.from({ length: pages }, () => {
    const page = savedMs + (random() - 0.5) * 100;
    const off = Array.from({ length: 20 }, () => 300 + random() * 20);
    return { off, on: off.map((value) => value - page - random() * 2) };
  });
}

describe("the paired bootstrap", () => {
  const medianSaved = (pairs: readonly Pair[]) => quantileOf(savedOf(pairs), 0.5);

  test("the same seed gives the same interval", () => {
    const pairs = pairsOf(20, randomFrom(1), 100);
    const [a, b] = [bootstrap(pairs, medianSaved, randomFrom(2)), bootstrap(pairs, medianSaved, randomFrom(2))];
    expect(a).toEqual(b);
    expect(a.low).toBeLessThan(a.at);
    expect(a.high).toBeGreaterThan(a.at);
  });

  test("it holds the truth in about 95 of 100 experiments", () => {
    const random = randomFrom(3);
    let held = 0;
    for (let i = 0; i < 100; i++) {
      const { low, high } = bootstrap(pairsOf(30, random, 100), medianSaved, random, 100);
      if (low <= 101 && high >= 101) held++;
    }
    expect(held).toBeGreaterThanOrEqual(86);
    expect(held).toBeLessThan(100);
  });

  test("pages are drawn whole: pictures of one page do not count as so many experiments", () => {
    const random = randomFrom(4);
    const pairs = pairsOf(10, random, 100);
    const torn = pairs.flatMap(({ on, off }) => on.map((value, i) => ({ on: [value], off: [off[i] ?? 0] })));
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const whole = width(bootstrap(pairs, medianSaved, random));
    expect(whole).toBeGreaterThan(2 * width(bootstrap(torn, medianSaved, random)));
  });

  test("of nothing it says nothing", () => {
    expect(bootstrap([], medianSaved, randomFrom(1))).toEqual({ at: Number.NaN, low: Number.NaN, high: Number.NaN });
  });
});
