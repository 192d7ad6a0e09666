import { describe, expect, test } from "vitest";
import type { Politeness } from "../../../../src/config/politeness.ts";
import { dayLeft, type LentShares, lend, lentOf, SHARES, withoutOne } from "../../../../src/origin/governor/shares.ts";

const T = 1_000_000_000;
const RULE: Politeness = { concurrency: 8, perSecond: 40, bytesPerSecond: 1_000_000, perDay: null };
const NOTHING = { concurrency: 0, perSecond: 0, bytesPerSecond: 0 };
const MUCH = { concurrency: 100, perSecond: 100, bytesPerSecond: 9e9 };

function lent(shares: LentShares, region: string, now: number, demand = MUCH, used = NOTHING) {
  const call = { region, regions: 4, rule: RULE, demand, dayLeft: 0, closedMs: 0 };
  return lend(shares, call, used, now);
}

describe("lend", () => {
  test("the first region has everything but one unit, for a region that wakes up", () => {
    const [share] = lent({}, "enam", T);
    expect(share).toEqual({ concurrency: 7, perSecond: 39, bytesPerSecond: 950_000 });
  });

  test("the second has that unit, until the share of the first has ended and nothing of it matters any more", () => {
    const [, shares] = lent({}, "enam", T);
    const ends = T + SHARES.ms;
    const at = (now: number) => lent(shares, "weur", now)[0];
    expect(at(T + 1)).toEqual({ concurrency: 1, perSecond: 1, bytesPerSecond: 50_000 });
    expect(at(ends - 1).concurrency).toBe(1);
    expect(at(ends).concurrency).toBeGreaterThan(1);
    expect(at(ends + 1_079).perSecond).toBe(1);
    expect(at(ends + 1_080).perSecond).toBeGreaterThan(1);
    expect(at(ends + 10_199).bytesPerSecond).toBe(50_000);
    expect(at(ends + 10_200).bytesPerSecond).toBeGreaterThan(50_000);
  });

  test("a smaller share counts as the larger one until that has ended", () => {
    const [, first] = lent({}, "enam", T);
    const [, both] = lent(first, "weur", T + 1);
    const [smaller, after] = lent(both, "enam", T + 5_000);
    expect(smaller.concurrency).toBe(4);
    expect(lentOf(after, "concurrency", T + 9_999)).toBe(8);
    expect(lentOf(after, "concurrency", T + 10_000)).toBe(5);
  });

  test("what the lender itself uses is not lent", () => {
    const [share] = lent({}, "enam", T, MUCH, { concurrency: 3, perSecond: 30, bytesPerSecond: 500_000 });
    expect(share).toEqual({ concurrency: 5, perSecond: 10, bytesPerSecond: 500_000 });
  });

  test("a limit that the rule does not have is not divided", () => {
    const call = {
      region: "enam",
      regions: 4,
      rule: { ...RULE, concurrency: null },
      demand: MUCH,
      dayLeft: 0,
      closedMs: 0,
    };
    expect(lend({}, call, NOTHING, T)[0].concurrency).toBeNull();
  });
});

describe("portions of the day", () => {
  const day = [
    { left: 1, until: T + 10 },
    { left: 2, until: T + 20 },
  ];

  test("count until they end", () => {
    expect([T, T + 9, T + 10, T + 19, T + 20].map((now) => dayLeft(day, now))).toEqual([3, 3, 2, 2, 0]);
  });

  test("the oldest is used first", () => {
    const after = withoutOne(day, T);
    expect(after.map(({ left }) => left)).toEqual([0, 2]);
    expect(dayLeft(withoutOne(after, T), T)).toBe(1);
  });
});
