import { describe, expect, test } from "vitest";
import { dHashOf } from "../../../../src/image/analyse/dhash.ts";

const grid = (valueAt: (x: number, y: number) => number) =>
  Float32Array.from({ length: 64 * 64 }, (_, at) => valueAt(at % 64, Math.floor(at / 64)));

describe("dHash", () => {
  test.each([
    ["brighter to the right: every bit", grid((x) => 2 * x), "ffffffffffffffff"],
    ["darker to the right: none", grid((x) => 255 - 2 * x), "0000000000000000"],
    ["flat: none", grid(() => 128), "0000000000000000"],
    ["flat but for what an encoder does: none", grid((x) => 128 + x * 0.05), "0000000000000000"],
    ["brighter downwards: none", grid((_, y) => 3 * y), "0000000000000000"],
    ["the first row is the first byte", grid((x, y) => (y < 8 ? 2 * x : 0)), "ff00000000000000"],
    ["the last row is the last byte", grid((x, y) => (y >= 56 ? 2 * x : 0)), "00000000000000ff"],
    ["the left edge is the highest bit", grid((x) => (x < 7 ? 0 : 100)), "8080808080808080"],
    ["the right edge is the lowest bit", grid((x) => (x >= 64 - 64 / 9 ? 100 : 0)), "0101010101010101"],
  ])("%s", (_, values, wanted) => expect(dHashOf(values)).toBe(wanted));
});
