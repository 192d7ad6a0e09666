import { expect, test } from "vitest";
import { differentByZipf, zipf } from "../../../bench/race/pictures/photographs.ts";
import { randomFrom } from "../../../demo/generator/noise.ts";

test("the first is drawn twice as often as the second, and three times as often as the third", () => {
  const random = randomFrom(1);
  const counts = [0, 0, 0];
  for (let i = 0; i < 22_000; i++) {
    const drawn = zipf(3, random);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  expect(counts.map((count) => Math.round(count / 1_200))).toEqual([10, 5, 3]);
});

test("the ends of the range are drawn, and nothing beyond", () => {
  expect(zipf(3, () => 0)).toBe(0);
  expect(zipf(3, () => 0.999_999)).toBe(2);
  expect(zipf(1, () => 0.5)).toBe(0);
});

test("different ones are different, all of them if so many are wanted", () => {
  const random = randomFrom(2);
  expect(new Set(differentByZipf(20, 400, random)).size).toBe(20);
  expect(differentByZipf(3, 3, random).sort()).toEqual([0, 1, 2]);
  expect(() => differentByZipf(4, 3, random)).toThrow("4 different ones of 3 cannot be drawn");
});
