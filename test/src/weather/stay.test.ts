/** What a move gains, and when a change is over. */
import { describe, expect, test } from "vitest";
import { RULES } from "../../../src/weather/rules.ts";
import { isSettled, isUnpaid, newStay, type ReadMs, type Stay, withWindow } from "../../../src/weather/stay.ts";
import type { Measured } from "../../../src/weather/window.ts";

const NOW = 1_000_000_000;
const FIGURES: ReadMs = { now: 100, home: 170, primary: 120 };

/** Three isolates that read both stores, each 20 times. */
function reads(hitNow: number, hitBefore: number, colo = "MAD", isolates = 3): Measured[] {
  return Array.from({ length: isolates }, (_, i) => `${colo}${i}`).flatMap((isolate) => [
    { colo, isolate, store: "enam", count: 20, hitRatio: hitNow, ms: 100 },
    { colo, isolate, store: "weur", count: 20, hitRatio: hitBefore, ms: 170 },
  ]);
}

const counted = (stay: Stay, own: readonly Measured[], figures = FIGURES, moving = true) =>
  withWindow(stay, own, own, figures, moving, NOW);
const fresh = newStay("weur", "enam", NOW);

describe("the gain of a move", () => {
  test.each<[string, Stay, number]>([
    ["hits, while the old store has the rest", counted(fresh, reads(0.5, 0.8)), 60 * 0.5 * 70],
    ["no more than the old store would have had", counted(fresh, reads(0.9, 0.8)), 60 * 0.8 * 70],
    ["a slower store is a loss", counted(fresh, reads(0.5, 0.8), { ...FIGURES, home: 80 }), 60 * 0.5 * -20],
    ["without a figure nothing is counted", counted(fresh, reads(0.5, 0.8), { ...FIGURES, home: null }), 0],
    ["two isolates say nothing", counted(fresh, reads(0.5, 0.8, "MAD", 2)), 0],
  ])("%s", (_, { gain }, expected) => {
    expect(gain).toBeCloseTo(expected);
  });

  test("after the change, what the new store does not have is a trip to the primary", () => {
    const settled: Stay = { ...fresh, hits: { now: 0.8, before: 0.8 } };
    // The moving mean: 0.8 - 0.3 * (0.8 - 0.3) = 0.65.
    const { gain, hits } = counted(settled, reads(0.3, 0), { now: 100, home: 101, primary: 300 }, false);
    expect(hits).toEqual({ now: expect.closeTo(0.65), before: 0.8 });
    expect(gain).toBeCloseTo(60 * (0.65 * 1 - 0.15 * 199));
  });

  test("is forgotten with time", () => {
    const gained: Stay = { ...fresh, gain: 1_000 };
    expect(withWindow(gained, [], [], FIGURES, false, NOW + RULES.gainMs).gain).toBeCloseTo(1_000 / Math.E);
  });

  test("counts against the move from 200 reads on", () => {
    expect(isUnpaid({ ...fresh, samples: 199, gain: -1 })).toBe(false);
    expect(isUnpaid({ ...fresh, samples: 200, gain: -1 })).toBe(true);
    expect(isUnpaid({ ...fresh, samples: 200, gain: 0 })).toBe(false);
  });
});

describe("a change is over", () => {
  test.each<[string, Partial<Stay>, number, boolean]>([
    ["with 200 reads and 95 % of the hits", { samples: 200, hits: { now: 0.76, before: 0.8 } }, 0, true],
    ["not with 199 reads", { samples: 199, hits: { now: 0.76, before: 0.8 } }, 0, false],
    ["not with less than 95 %", { samples: 200, hits: { now: 0.759, before: 0.8 } }, 0, false],
    ["not when nobody knows", { samples: 200 }, RULES.mostMovingMs - 1, false],
    ["after a day in any case", {}, RULES.mostMovingMs, true],
  ])("%s", (_, known, ms, expected) => {
    expect(isSettled({ ...fresh, ...known }, NOW + ms)).toBe(expected);
  });

  test("by all data centres with the same change where one has too few isolates", () => {
    const own = reads(0.1, 0.8, "MAD", 1);
    const alike = [...own, ...reads(0.7, 0.8, "CDG")];
    const { hits } = withWindow(fresh, own, alike, FIGURES, true, NOW);
    expect(hits).toEqual({ now: 0.7, before: 0.8 });
  });
});
