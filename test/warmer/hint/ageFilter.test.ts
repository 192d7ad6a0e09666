import { describe, expect, test } from "vitest";
import { AgeFilter, MAX_NAMES_PER_ADDRESS, MAX_SENDERS } from "../../../warmer/hint/ageFilter.ts";
import { seeded } from "../../support/warmer.ts";

const NOW = 1_763_760_000_000;
const MAX = 50;

const judge = (skew = true) => new AgeFilter({ maxAgeMs: MAX, skew });

/**
 * Sends hints of one sender, one every `everyMs`, from a clock that is `skewMs` ahead. Returns how they were
 * classified.
 */
function run(
  ages: AgeFilter,
  options: {
    seconds: number;
    from?: number;
    everyMs?: number;
    /** The sender's clock minus ours at a time, ms. */
    skew: (sinceMs: number) => number;
    /** Travel and waiting time, ms. */
    travel?: (sinceMs: number) => number;
    name?: number;
  },
): { fresh: number; old: number; future: number; verdicts: string[] } {
  const { seconds, from = NOW, everyMs = 5, skew, travel = () => 1, name = 0 } = options;
  const verdicts: string[] = [];
  for (let since = 0; since < seconds * 1000; since += everyMs) {
    const received = from + since + travel(since);
    verdicts.push(ages.classify(1, name, from + since + skew(since), received, 0));
  }
  const count = (verdict: string) => verdicts.filter((seen) => seen === verdict).length;
  return { fresh: count("fresh"), old: count("old"), future: count("future"), verdicts };
}

describe("the plain rule, until a sender is known", () => {
  const rows = [
    ["now", 0, "fresh"],
    ["as old as the limit", -MAX, "fresh"],
    ["a millisecond older", -MAX - 1, "old"],
    ["ahead by the limit", MAX, "fresh"],
    ["a millisecond more", MAX + 1, "future"],
    ["an hour ahead", 3_600_000, "future"],
  ] as const;
  test.each(rows)("%s", (_name, offset, verdict) => {
    expect(judge().classify(1, 0, NOW + offset, NOW, 0)).toBe(verdict);
  });
  test("with WARM_SKEW=off it holds for ever", () => {
    const ages = judge(false);
    expect(run(ages, { seconds: 60, skew: () => -5_000 })).toMatchObject({ fresh: 0, future: 0 });
    expect(ages.knownSenders()).toBe(0);
  });
  test("32 hints over less than 2 s do not make a sender known, 2 s do", () => {
    const ages = judge();
    run(ages, { seconds: 1.99, skew: () => 0 });
    expect(ages.knownSenders()).toBe(0);
    run(ages, { seconds: 0.1, from: NOW + 2_000, skew: () => 0 });
    expect(ages.knownSenders()).toBe(1);
  });
  test("31 hints over an hour do not make a sender known", () => {
    const ages = judge();
    run(ages, { seconds: 31 * 4, everyMs: 4_000, skew: () => 0 });
    expect(ages.knownSenders()).toBe(0);
  });
  test.each([
    ["unknown", true, "fresh"],
    ["not learned", false, "fresh"],
  ] as const)("a wait in the kernel's queue does not count for a sender that is %s", (_name, skew, verdict) => {
    expect(judge(skew).classify(1, 0, NOW, NOW, MAX + 1)).toBe(verdict);
  });
});

describe("what lay in the kernel's queue", () => {
  const known = () => {
    const ages = judge();
    run(ages, { seconds: 3, skew: () => -5_000 });
    return ages;
  };
  const at = NOW + 3_000;
  test.each([
    [MAX, "fresh"],
    [MAX + 1, "old"],
  ])("for %d ms is %s from a sender that is known, whatever its stamp says", (queued, verdict) => {
    expect(known().classify(1, 0, at - 5_000, at, queued)).toBe(verdict);
  });
  test("is as old as it waited at least", () => {
    const ages = known();
    ages.classify(1, 0, at - 5_000, at, 20);
    expect(ages.age).toBe(20);
    ages.classify(1, 0, at - 5_030, at, 20);
    expect(ages.age).toBeCloseTo(29, 0);
  });
  test("does not make a stamp from the future good", () => {
    expect(known().classify(1, 0, at, at, 20)).toBe("future");
  });
});

describe("a sender whose clock is off", () => {
  test.each([5_000, -5_000])("by %d ms: nothing passes for 2 s, then everything fresh does", (skewMs) => {
    const ages = judge();
    const learning = run(ages, { seconds: 2.1, skew: () => skewMs });
    expect(learning.verdicts.slice(0, 400)).not.toContain("fresh");
    expect(run(ages, { seconds: 60, from: NOW + 2_100, skew: () => skewMs })).toMatchObject({ old: 0, future: 0 });
  });
  test("and its late hints are still old: 100 ms of travel against the usual 1", () => {
    const ages = judge();
    run(ages, { seconds: 3, skew: () => -5_000 });
    const late = run(ages, { seconds: 1, from: NOW + 3_000, skew: () => -5_000, travel: () => 100 });
    expect(late).toMatchObject({ fresh: 0, future: 0 });
  });
  test("drifting by 200 ppm for an hour: nothing fresh is lost", () => {
    const ages = judge();
    run(ages, { seconds: 3, skew: () => 3_000 });
    const hour = run(ages, { seconds: 3_600, everyMs: 20, from: NOW + 3_000, skew: (since) => 3_000 - since * 0.0002 });
    expect(hour).toMatchObject({ old: 0, future: 0 });
    const back = run(ages, {
      seconds: 3_600,
      everyMs: 20,
      from: NOW + 3_603_000,
      skew: (since) => 2_280 + since * 0.0002,
    });
    expect(back).toMatchObject({ old: 0, future: 0 });
  });
  test.each([2_000, -2_000, 100, -100])(
    "that jumps by %d ms is judged wrongly for a while, then known again",
    (jump) => {
      const ages = judge();
      run(ages, { seconds: 10, skew: () => 500 });
      const after = run(ages, { seconds: 60, from: NOW + 10_000, skew: () => 500 + jump });
      expect(after.verdicts.slice(0, 4)).not.toContain("fresh");
      // At most 13 s: 10 to be sure that it is not our own delay, 2 to learn, and a margin.
      expect(after.verdicts.slice(13 * 200).every((verdict) => verdict === "fresh")).toBe(true);
    },
  );
  test("beyond 10 s is not learned: such a log is stale, not skewed", () => {
    const ages = judge();
    expect(run(ages, { seconds: 60, skew: () => -10_100 })).toMatchObject({ fresh: 0 });
    expect(ages.knownSenders()).toBe(0);
  });
});

describe("a stale log replayed", () => {
  test("at once: its stamps run away from the clock, and none passes", () => {
    const ages = judge();
    // Recorded over 100 s until 1 s ago, sent within 10 s: the offset shrinks by 9 ms per ms.
    const replayed = run(ages, { seconds: 10, skew: (since) => -101_000 + 9 * since + 1_000 });
    expect(replayed.fresh).toBeLessThan(20);
    expect(ages.knownSenders()).toBe(0);
  });
  test("from a sender that is known: none passes, and its own fresh hints go on passing", () => {
    const ages = judge();
    run(ages, { seconds: 3, skew: () => 0 });
    let replayedFresh = 0;
    let ownLost = 0;
    for (let since = 0; since < 30_000; since += 5) {
      const now = NOW + 3_000 + since;
      if (ages.classify(1, 0, now - 1, now, 0) !== "fresh") ownLost++;
      if (ages.classify(1, 0, now - 4_000, now, 0) === "fresh") replayedFresh++;
    }
    expect({ replayedFresh, ownLost }).toEqual({ replayedFresh: 0, ownLost: 0 });
  });
});

describe("our own lag", () => {
  test("of 80 ms for 8 s, to all senders alike, is not taken for their clocks", () => {
    const ages = judge();
    run(ages, { seconds: 3, skew: () => 0 });
    const lag = run(ages, { seconds: 8, from: NOW + 3_000, skew: () => 0, travel: () => 80 });
    expect(lag.fresh).toBe(0);
    expect(run(ages, { seconds: 5, from: NOW + 11_000, skew: () => 0 })).toMatchObject({ old: 0, future: 0 });
  });
  test("in bursts, 2 s of every 10 with 30 to 170 ms of queue: no late hint passes, no early one is lost", () => {
    const ages = judge();
    const random = seeded(5);
    const queue = (since: number) => (since % 10_000 > 8_000 ? 30 + random() * 140 : 0.2 + random());
    let wrong = 0;
    const waits: number[] = [];
    const seen = run(ages, {
      seconds: 120,
      skew: () => 5_000,
      travel: (since) => {
        const wait = queue(since);
        waits.push(wait);
        return wait;
      },
    });
    seen.verdicts.forEach((verdict, n) => {
      const late = (waits[n] ?? 0) > MAX + 2;
      const early = (waits[n] ?? 0) < MAX - 2;
      // The first two seconds are for learning.
      if (n > 500 && ((late && verdict === "fresh") || (early && verdict !== "fresh"))) wrong++;
    });
    expect(wrong).toBe(0);
  });
});

describe("senders that lie", () => {
  test("one that stamps every third hint an hour ahead loses those, and harms no other", () => {
    const ages = judge();
    run(ages, { seconds: 5, skew: () => 0, name: 2 });
    const liar = run(ages, { seconds: 60, skew: (since) => (since % 15 === 0 ? 3_600_000 : 0), name: 7 });
    expect(liar).toMatchObject({ future: 4_000, old: 0 });
    expect(run(ages, { seconds: 5, from: NOW + 65_000, skew: () => 0, name: 2 })).toMatchObject({ old: 0, future: 0 });
  });
  test("one that pretends a late clock only has its own hints judged by it", () => {
    const ages = judge();
    run(ages, { seconds: 10, skew: () => -4_000, name: 7 });
    expect(ages.classify(1, 7, NOW + 6_000, NOW + 10_000, 0)).toBe("fresh");
    expect(ages.classify(1, 8, NOW + 6_000, NOW + 10_000, 0)).toBe("old");
    expect(ages.classify(2, 7, NOW + 6_000, NOW + 10_000, 0)).toBe("old");
  });
  test("a flood of 100 000 names neither grows the table nor pushes out a known sender", () => {
    const ages = judge();
    run(ages, { seconds: 3, skew: () => -5_000, name: 42 });
    for (let n = 0; n < 100_000; n++) ages.classify(1, n + 1_000, NOW + 3_000, NOW + 3_000, 0);
    expect(ages.classify(1, 42, NOW + 3_000 - 5_000, NOW + 3_001, 0)).toBe("fresh");
    expect(ages.knownSenders()).toBeLessThanOrEqual(MAX_SENDERS);
  });

  /** Hints of many names of one address, in turn, so that each name becomes known. */
  const flood = (ages: AgeFilter, address: number, names: number, from: number): void => {
    for (let i = 0; i < 40; i++) {
      for (let n = 0; n < names; n++) ages.classify(address, n + 1, from + i * 60, from + i * 60, 0);
    }
  };
  const knownIn = (ages: AgeFilter, address: number, name: number, from: number): boolean => {
    for (let since = 0; since < 2_500; since += 10) ages.classify(address, name, from + since - 5_000, from + since, 0);
    return ages.classify(address, name, from - 2_500, from + 2_500, 0) === "fresh";
  };
  test("one address with a thousand names leaves the table to others", () => {
    const ages = judge();
    flood(ages, 1, 1_000, NOW);
    expect(ages.knownSenders()).toBeLessThanOrEqual(MAX_NAMES_PER_ADDRESS);
    for (let address = 2; address < 52; address++) expect(knownIn(ages, address, 0, NOW + 2_400)).toBe(true);
  });
  test("an address's names that fell silent for a minute make room for its new ones", () => {
    const ages = judge();
    flood(ages, 1, MAX_NAMES_PER_ADDRESS, NOW);
    expect(ages.knownSenders()).toBe(MAX_NAMES_PER_ADDRESS);
    expect(knownIn(ages, 1, 5_000, NOW + 2_400 + 50_000)).toBe(false);
    expect(knownIn(ages, 1, 6_000, NOW + 2_400 + 61_000)).toBe(true);
  });
});
