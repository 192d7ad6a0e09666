import { describe, expect, it } from "vitest";
import { judge, printed, rate, times } from "../../../bench/warmer/rows/row.ts";

describe("judging a figure", () => {
  const rows = [
    { ratio: 2.5, target: 2.5, better: "higher", reached: true },
    { ratio: 2.49, target: 2.5, better: "higher", reached: false },
    { ratio: 0.85, target: 0.85, better: "lower", reached: true },
    { ratio: 0.86, target: 0.85, better: "lower", reached: false },
    { ratio: Number.NaN, target: 1, better: "higher", reached: null },
    { ratio: Number.POSITIVE_INFINITY, target: 1, better: "higher", reached: null },
  ] as const;
  for (const { ratio, target, better, reached } of rows) {
    it(`${ratio} against ${target}, ${better} is better: ${reached}`, () =>
      expect(judge(ratio, target, better)).toBe(reached));
  }
});

describe("printing", () => {
  it("gives rates three digits at most", () => {
    expect([980, 12_345, 340_400, 1_186_000, Number.NaN].map(rate)).toEqual(["980", "12 k", "340 k", "1.19 M", "-"]);
  });

  it("gives no ratio without a baseline, and says that the row was not judged", () => {
    expect(times(Number.NaN)).toBeNull();
    const row = { name: "a", baseline: null, figure: "1", ratio: null, target: ">= 2x", reached: null };
    expect(printed([row])).toContain("not judged");
    expect(printed([{ ...row, reached: false }])).toContain("MISSED");
  });
});
