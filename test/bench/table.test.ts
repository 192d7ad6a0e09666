import { describe, expect, it } from "vitest";
import { median, quantile, table } from "../../bench/table.ts";

describe("table", () => {
  it("aligns numbers right and text left, and prints null as a dash", () => {
    const text = table(
      ["what", "rate"],
      [
        ["one", 7],
        ["eleven", 1234],
        ["none", null],
      ],
    );
    expect(text).toBe("what    rate\n------  ----\none        7\neleven  1234\nnone       -");
  });
});

describe("median", () => {
  it("is the middle of an odd count, and the mean of the middle two of an even count", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});

describe("quantile", () => {
  it.each([
    [0, 1],
    [0.25, 1],
    [0.26, 2],
    [0.75, 3],
    [1, 4],
  ])("%s of four numbers", (share, value) => expect(quantile([4, 1, 3, 2], share)).toBe(value));
  it("of no numbers is NaN", () => expect(quantile([], 0.5)).toBeNaN());
});
