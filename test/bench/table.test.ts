import { describe, expect, it } from "vitest";
import { median, table } from "../../bench/table.ts";

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
