/** What is usual: who may say so, for how long it counts, and what neighbours know. */
import { describe, expect, test } from "vitest";
import { RULES } from "../../../src/weather/rules.ts";
import { NOTHING_USUAL, ownUsual, type Usual, usualMs, withReads } from "../../../src/weather/usual.ts";
import type { Measured } from "../../../src/weather/window.ts";

const NOW = 1_000_000_000;
const DAY = 86_400_000;

const read = (isolate: string, ms: number, count = 100, colo = "MAD", store = "weur"): Measured => ({
  ...{ colo, isolate, store, count, hitRatio: 1, ms },
});

describe("a mean", () => {
  test("takes the median of three isolates, and nothing from two", () => {
    const two = withReads(NOTHING_USUAL, [read("a", 20), read("b", 22)], NOW);
    expect(two.means).toEqual({});
    const three = withReads(two, [read("c", 10_000)], NOW + 60_000);
    expect(three.means.MAD?.weur).toEqual({ ms: 22, weight: 300, at: NOW + 60_000 });
    expect(three.open.MAD?.weur).toEqual({});
  });

  test("is not bent by one isolate, however often it speaks", () => {
    let usual: Usual = NOTHING_USUAL;
    for (let i = 0; i < 100; i++) usual = withReads(usual, [read("a", 20), read("b", 20), read("wild", 5_000)], NOW);
    for (let i = 0; i < 100; i++) usual = withReads(usual, [read("wild", 5_000)], NOW);
    expect(usual.means.MAD?.weur?.ms).toBe(20);
  });

  test("forgets an isolate that has been silent for six hours before the others spoke", () => {
    const spoken = withReads(NOTHING_USUAL, [read("a", 20), read("b", 20)], NOW);
    expect(withReads(spoken, [read("c", 20)], NOW + RULES.recentMs - 1).means.MAD).toBeDefined();
    const late = withReads(spoken, [read("c", 20)], NOW + RULES.recentMs);
    expect(late.means).toEqual({});
    expect(Object.keys(late.open.MAD?.weur ?? {})).toEqual(["c"]);
  });

  test("weighs by samples, and what is a day old by 1/e", () => {
    const said = (ms: number) => ["a", "b", "c"].map((isolate) => read(isolate, ms));
    const both = withReads(withReads(NOTHING_USUAL, said(20), NOW), said(50), NOW);
    expect(both.means.MAD?.weur).toMatchObject({ ms: 35, weight: 600 });
    const later = withReads(withReads(NOTHING_USUAL, said(20), NOW), said(50), NOW + DAY);
    expect(later.means.MAD?.weur?.weight).toBeCloseTo(300 * (1 + 1 / Math.E));
    expect(later.means.MAD?.weur?.ms).toBeCloseTo((20 / Math.E + 50) / (1 + 1 / Math.E));
  });

  test.each([
    [199, null],
    [200, 20],
  ])("of %i samples is %s", (weight, expected) => {
    const means = { MAD: { weur: { ms: 20, weight, at: NOW } } };
    expect(ownUsual(means, "MAD", "weur", NOW)).toBe(expected);
    expect(ownUsual(means, "MAD", "weur", NOW + 60_000)).toBeNull();
  });
});

describe("with too few samples of its own", () => {
  const mean = (ms: number, weight: number) => ({ ms, weight, at: NOW });
  const home = { weur: mean(20, 1_000) };

  test.each([
    ["100 and 100 samples of two neighbours", { CDG: 100, LHR: 100 }, 140],
    ["199 of them", { CDG: 100, LHR: 99 }, null],
    ["200, one of them in another part of the world", { CDG: 199, IAD: 1 }, null],
  ])("%s", (_, weights, expected) => {
    const near = Object.entries(weights).map(([colo, n]) => [colo, { ...home, enam: mean(100, n) }] as const);
    const means = { MAD: { weur: mean(60, 1_000) }, ...Object.fromEntries(near) };
    expect(usualMs(means, "MAD", "enam", "weur", NOW)).toBe(expected);
  });

  test("a neighbour whose home is not known says nothing", () => {
    const means = { MAD: home, CDG: { enam: mean(100, 1_000) } };
    expect(usualMs(means, "MAD", "enam", "weur", NOW)).toBeNull();
  });
});
