import { describe, expect, it } from "vitest";
import { histogram } from "../../../../demo/page/script/racePlot.ts";

describe("histogram", () => {
  it("counts every picture of each lane once, in common bins", () => {
    const lanes = [
      Array.from({ length: 30 }, (_, i) => 40 + i * 1.3),
      Array.from({ length: 20 }, (_, i) => 500 + i * 7),
    ];
    const [starts, ...rows] = histogram(lanes);
    expect(rows.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([30, 20]);
    for (const row of rows) expect(row).toHaveLength(starts.length);
    expect(new Set(starts.slice(1).map((start, at) => start - (starts[at] ?? 0))).size).toBe(1);
  });
  it("puts a time at a boundary into the upper bin", () => {
    const [starts, row = []] = histogram([[0, 20, 700]]);
    expect(starts.slice(0, 3)).toEqual([0, 20, 40]);
    expect(row.slice(0, 2)).toEqual([1, 1]);
  });
  it.each([[[]], [[0]], [[0.2]]])("takes times of %j", (times) => {
    const [starts, row = []] = histogram([times]);
    expect(starts[0]).toBe(0);
    expect(row.reduce((sum, count) => sum + count, 0)).toBe(times.length);
  });
});
