import { describe, expect, test } from "vitest";
import { judge, type PlaceSummaries } from "../../../bench/race/figures/bars.ts";
import { summarize } from "../../../bench/race/figures/summary.ts";
import type { CellResult, SideValues } from "../../../bench/race/run/cell.ts";
import { randomFrom } from "../../../demo/generator/noise.ts";

/** An arm whose pictures all have the same first byte on each side. */
function cellOf(on: number, off: number, won = 20): CellResult {
  const side = (ms: number): SideValues => ({
    firstByte: Array.from({ length: 20 }, () => ms),
    drawn: Array.from({ length: 20 }, () => ms + 50),
    ...{ largestPaint: ms + 60, how: Array.from({ length: 20 }, () => "region" as const), early: false },
  });
  return {
    pairs: [{ on: side(on), off: side(off) }],
    tally: { hinted: 20, won, joined: 0, lost: 20 - won, useless: 0 },
    ...{
      warmer: {},
      fetches: 20,
      extraFetches: 0,
      floodPerSecond: 0,
      seconds: 1,
      load: { lateMs: 0, cpuShare: 0, cpuSeconds: {} },
    },
  };
}

const summary = (name: Parameters<typeof summarize>[0], cell: CellResult) => summarize(name, cell, randomFrom(1));

/** `reached` of the bar whose text begins so. */
function reached(summaries: PlaceSummaries, place: string, what: string): boolean | null | undefined {
  return judge(summaries, place).find((row) => row.what.startsWith(what))?.reached;
}

describe("bars", () => {
  const floor = summary("floor", cellOf(30, 30));

  test("both sides of 95 % of hints that win", () => {
    expect(reached({ a50: summary("a50", cellOf(100, 300, 19)) }, "SIN", "(A) hints that win")).toBe(true);
    expect(reached({ a50: summary("a50", cellOf(100, 300, 18)) }, "SIN", "(A) hints that win")).toBe(false);
  });

  test("both sides of 15 ms above the trips and the floor", () => {
    // Singapore: 10 + 25 to the region, 10 + 230 to the primary.
    const at = (on: number, off: number) => ({ floor, a50: summary("a50", cellOf(on, off)) });
    expect(reached(at(80, 285), "SIN", "(A) first byte with the")).toBe(true);
    expect(reached(at(81, 285), "SIN", "(A) first byte with the")).toBe(false);
    expect(reached(at(80, 285), "SIN", "(A) first byte without")).toBe(true);
    expect(reached(at(80, 286), "SIN", "(A) first byte without")).toBe(false);
  });

  test("each place has its own limit for what is saved", () => {
    const rows = [
      ["SIN", 190],
      ["SYD", 90],
      ["SYD-oc", 185],
      ["NRT", 118],
      ["MAD", 66],
    ] as const;
    for (const [place, least] of rows) {
      const saving = (ms: number) => ({ a50: summary("a50", cellOf(100, 100 + ms)) });
      expect(reached(saving(least), place, "(A) median saved, thinking 50")).toBe(true);
      expect(reached(saving(least - 1), place, "(A) median saved, thinking 50")).toBe(false);
    }
  });

  test("late hints may cost two points more than noise", () => {
    const offOff = summary("offOff", cellOf(101, 100));
    expect(reached({ offOff, late: summary("late", cellOf(102.9, 100)) }, "MAD", "late")).toBe(true);
    expect(reached({ offOff, late: summary("late", cellOf(103.1, 100)) }, "MAD", "late")).toBe(false);
  });

  test("what was not run is not judged, and a bar of other places is not shown", () => {
    expect(reached({}, "NRT", "(A) hints that win, thinking 50")).toBeNull();
    expect(reached({}, "NRT", "(B) median saved")).toBeUndefined();
    expect(reached({}, "MAD", "(B) median saved")).toBeNull();
  });
});

test("joined readers are compared with readers alone", () => {
  const cell = cellOf(100, 300);
  const joining = {
    ...cell,
    pairs: cell.pairs.map(({ on, off }) => ({ on: { ...on, how: on.how.map(() => "joined" as const) }, off })),
  };
  const { joinedP95, aloneP95 } = summary("b100", joining);
  expect([joinedP95, aloneP95]).toEqual([100, 300]);
  expect(summary("b100", cell).joinedP95).toBeNaN();
});
