import { describe, expect, it } from "vitest";
import { SOURCES, shareOut } from "../../../demo/sources/table.ts";

describe("shareOut", () => {
  const entries = Array.from({ length: 36 }, (_, index) => ({ width: 100 + ((index * 7) % 36), height: 100 }));
  const shares = shareOut(entries, SOURCES);
  const huge = SOURCES.findIndex((source) => source.huge);

  it("gives every source the same number", () => {
    for (const index of SOURCES.keys()) expect(shares.filter((share) => share === index)).toHaveLength(9);
  });
  it("gives the largest pictures to the source with huge originals", () => {
    const smallestHuge = Math.min(...entries.filter((_, at) => shares[at] === huge).map(({ width }) => width));
    const largestOther = Math.max(...entries.filter((_, at) => shares[at] !== huge).map(({ width }) => width));
    expect(smallestHuge).toBeGreaterThan(largestOther);
  });
  it("shares out one picture and none", () => {
    expect(shareOut([{ width: 1, height: 1 }], SOURCES)).toEqual([huge]);
    expect(shareOut([], SOURCES)).toEqual([]);
  });
});
