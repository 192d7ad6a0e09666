import { describe, expect, test } from "vitest";
import {
  type Buckets,
  BYTE_WINDOW,
  DAY_WINDOW,
  freedAt,
  inWindow,
  sumOf,
  withAmount,
} from "../../../../src/origin/governor/bucketWindow.ts";
import {
  earliestStart,
  JITTER_MS,
  latenessFor,
  paceWindow,
  pruned,
  START_EASILY_MS,
  START_WITHIN_MS,
  withoutStart,
  withPlaces,
  withStart,
} from "../../../../src/origin/governor/startLog.ts";
import { randomFrom } from "./simulation.ts";

describe("paceWindow", () => {
  test.each([
    ["a whole number", 10, { starts: 10, windowMs: 1_080 }],
    ["one", 1, { starts: 1, windowMs: 1_080 }],
    ["less than one", 0.2, { starts: 1, windowMs: 5_080 }],
    ["between whole numbers, in no second more", 2.5, { starts: 2, windowMs: 1_080 }],
    ["nothing", 0, { starts: 0, windowMs: 1_080 }],
  ])("%s", (_, perSecond, window) => {
    expect(paceWindow(perSecond)).toEqual(window);
  });

  test("an isolate may be late by less than the margin, which costs less than a tenth", () => {
    expect(START_WITHIN_MS).toBeLessThan(JITTER_MS);
    expect(1_000 / (1_000 + JITTER_MS)).toBeGreaterThan(0.9);
  });
});

describe("latenessFor", () => {
  test.each([
    ["others wait", [], 10, false, START_WITHIN_MS],
    ["no limit", [], null, true, START_EASILY_MS],
    ["no start near", [], 3, true, START_EASILY_MS],
    ["no start near, but too few in a second", [], 2, true, START_WITHIN_MS],
    ["half of the starts are left to others", [999_000, 999_500, 1_000_400], 10, true, START_EASILY_MS],
    ["one less is left", [999_000, 999_500, 1_000_400, 1_000_500], 10, true, START_WITHIN_MS],
    ["those before do not count any more", [998_420], 3, true, START_EASILY_MS],
    ["one of them still counts", [998_421], 3, true, START_WITHIN_MS],
  ] as const)("%s", (_, log, perSecond, free, ms) => {
    expect(latenessFor(log, 1_000_000, perSecond, free)).toBe(ms);
  });

  test("however late the starts are, no second has more of them", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomFrom(seed);
      const perSecond = 3 + Math.floor(random() * 10);
      const window = paceWindow(perSecond);
      let log: readonly number[] = [];
      const real: number[] = [];
      for (let now = 10_000; now < 25_000; now += random() * (random() < 0.1 ? 3_000 : 250)) {
        const start = earliestStart(log, now, window);
        if (start > now + 25) continue;
        const within = latenessFor(log, start, perSecond, random() < 0.6);
        log = withPlaces(log, { start, within });
        real.push(start + random() * within);
      }
      real.sort((a, b) => a - b);
      const most = Math.max(...real.map((from) => real.filter((at) => at >= from && at < from + 1_000).length));
      expect(most).toBeLessThanOrEqual(perSecond);
      expect(real.length).toBeGreaterThan(20);
    }
  });
});

describe("earliestStart", () => {
  const three = { starts: 3, windowMs: 1_000 };
  test.each([
    ["nothing has started", [], 50, 50],
    ["one less than the limit", [0, 10], 50, 50],
    ["the limit: when the first leaves", [0, 10, 20], 50, 1_000],
    ["one millisecond before the first leaves", [0, 10, 20], 999, 1_000],
    ["the moment at which the first leaves", [0, 10, 20], 1_000, 1_000],
    ["between starts that lie ahead", [0, 900, 950], 940, 1_000],
    ["starts that lie ahead fill the window already", [2_000, 2_010, 2_020], 1_900, 3_000],
    ["before starts that lie ahead, far enough", [2_000, 2_010, 2_020], 1_000, 1_000],
  ])("%s", (_, log, from, start) => {
    expect(earliestStart(log, from, three)).toBe(start);
  });

  test("none is allowed: never", () => {
    expect(earliestStart([], 0, { starts: 0, windowMs: 1_000 })).toBe(Number.POSITIVE_INFINITY);
  });

  test("with any order of requests, no window has more, and none is later than it must be", () => {
    const random = randomFrom(3);
    for (let round = 0; round < 8; round++) {
      const window = { starts: 1 + Math.floor(random() * 5), windowMs: 100 };
      let log: number[] = [];
      let now = 0;
      for (let i = 0; i < 40; i++) {
        now += random() < 0.5 ? 0 : Math.floor(random() * 40);
        const from = now + Math.floor(random() * 60);
        const start = earliestStart(log, from, window);
        // Brute force: the first millisecond that leaves every window within the limit.
        let least = from;
        while (!holds(withStart(log, least), window)) least++;
        expect(start).toBe(least);
        log = pruned(withStart(log, start), now, window.windowMs);
        if (random() < 0.1) log = withoutStart(log, start);
      }
    }
  });
});

function holds(log: readonly number[], { starts, windowMs }: { starts: number; windowMs: number }): boolean {
  return log.every((at, i) => (log[i + starts] ?? Number.POSITIVE_INFINITY) - at >= windowMs);
}

describe("bucket windows", () => {
  test.each([
    ["bytes: it counts for ten seconds and the rest of its tenth", BYTE_WINDOW, 50, 10_100],
    ["bytes at the start of a bucket", BYTE_WINDOW, 100, 10_200],
    ["a day: it counts for 24 hours and the rest of its hour", DAY_WINDOW, 0, 90_000_000],
  ])("%s", (_, rules, at, until) => {
    const buckets = withAmount([], at, 7, rules);
    expect(sumOf(inWindow(buckets, until, rules))).toBe(7);
    expect(sumOf(inWindow(buckets, until + 1, rules))).toBe(0);
    expect(freedAt(buckets, 7, rules)).toBe(until + 1);
    expect(freedAt(buckets, 8, rules)).toBe(Number.POSITIVE_INFINITY);
  });

  test("what is taken back leaves nothing, not even an empty bucket", () => {
    const buckets = withAmount(withAmount([], 50, 7, BYTE_WINDOW), 60, -7, BYTE_WINDOW);
    expect(buckets).toEqual([]);
  });

  test("is never looser than an exact window, and holds a hundredth more at most", () => {
    const random = randomFrom(5);
    const events: { at: number; amount: number }[] = [];
    let buckets: Buckets = [];
    for (let now = 0; now < 60_000; now += Math.floor(random() * 200)) {
      const amount = Math.floor(random() * 1_000);
      events.push({ at: now, amount });
      buckets = inWindow(withAmount(buckets, now, amount, BYTE_WINDOW), now, BYTE_WINDOW);
      const exact = (ms: number) => events.filter(({ at }) => at >= now - ms).reduce((sum, one) => sum + one.amount, 0);
      expect(sumOf(buckets)).toBeGreaterThanOrEqual(exact(10_000));
      expect(sumOf(buckets)).toBeLessThanOrEqual(exact(10_100));
    }
    expect(buckets.length).toBeLessThanOrEqual(102);
  });
});
