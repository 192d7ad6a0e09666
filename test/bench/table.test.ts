import { describe, expect, it } from "vitest";
import { median, quantile, table } from "../../bench/table.ts";

describe("table", () => {
  it("sets numbers right, text left and null as a dash", () => {
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
  it("takes the middle of an odd count, the mean of two of an even one", () => {
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
  it("of none is none", () => expect(quantile([], 0.5)).toBeNaN());
});
