import { describe, expect, test } from "vitest";
import { AgeFilter, MAX_NAMES_PER_ADDRESS, MAX_SENDERS } from "../../../warmer/hint/ageFilter.ts";
import { seeded } from "../../support/warmer.ts";

const NOW = 1_763_760_000_000;
const MAX = 50;

const makeFilter = (skew = true) => new AgeFilter({ maxAgeMs: MAX, skew });

/**
 * Sends hints of one sender, one every `everyMs`, from a clock that is `skewMs` ahead. Returns how they were
 * classified.
 */
function run(
  filter: AgeFilter,
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
): { fresh: number; old: number; future: number; ages: string[] } {
  const { seconds, from = NOW, everyMs = 5, skew, travel = () => 1, name = 0 } = options;
  const ages: string[] = [];
  for (let since = 0; since < seconds * 1000; since += everyMs) {
    const received = from + since + travel(since);
    ages.push(filter.classify(1, name, from + since + skew(since), received, 0));
  }
  const count = (age: string) => ages.filter((seen) => seen === age).length;
  return { fresh: count("fresh"), old: count("old"), future: count("future"), ages };
}

describe("the plain rule for unknown senders", () => {
  const rows = [
    ["now", 0, "fresh"],
    ["exactly as old as the limit", -MAX, "fresh"],
    ["one ms older than the limit", -MAX - 1, "old"],
    ["in the future by the limit", MAX, "fresh"],
    ["in the future by one ms more than the limit", MAX + 1, "future"],
    ["one hour in the future", 3_600_000, "future"],
  ] as const;
  test.each(rows)("%s", (_name, offset, age) => {
    expect(makeFilter().classify(1, 0, NOW + offset, NOW, 0)).toBe(age);
  });
  test("applies for ever with WARM_SKEW=off", () => {
    const filter = makeFilter(false);
    expect(run(filter, { seconds: 60, skew: () => -5_000 })).toMatchObject({ fresh: 0, future: 0 });
    expect(filter.knownSenders()).toBe(0);
  });
  test("32 hints make a sender known after 2 s, not before", () => {
    const filter = makeFilter();
    run(filter, { seconds: 1.99, skew: () => 0 });
    expect(filter.knownSenders()).toBe(0);
    run(filter, { seconds: 0.1, from: NOW + 2_000, skew: () => 0 });
    expect(filter.knownSenders()).toBe(1);
  });
  test("31 hints in an hour do not make a sender known", () => {
    const filter = makeFilter();
    run(filter, { seconds: 31 * 4, everyMs: 4_000, skew: () => 0 });
    expect(filter.knownSenders()).toBe(0);
  });
  test.each([
    ["unknown", true, "fresh"],
    ["never learned", false, "fresh"],
  ] as const)("a wait in the kernel's queue does not count for a sender that is %s", (_name, skew, age) => {
    expect(makeFilter(skew).classify(1, 0, NOW, NOW, MAX + 1)).toBe(age);
  });
});

describe("the wait in the kernel's queue", () => {
  const known = () => {
    const filter = makeFilter();
    run(filter, { seconds: 3, skew: () => -5_000 });
    return filter;
  };
  const at = NOW + 3_000;
  test.each([
    [MAX, "fresh"],
    [MAX + 1, "old"],
  ])("a wait of %d ms makes a hint of a known sender %s, whatever its stamp says", (queued, age) => {
    expect(known().classify(1, 0, at - 5_000, at, queued)).toBe(age);
  });
  test("is a lower bound of the age", () => {
    const filter = known();
    filter.classify(1, 0, at - 5_000, at, 20);
    expect(filter.age).toBe(20);
    filter.classify(1, 0, at - 5_030, at, 20);
    expect(filter.age).toBeCloseTo(29, 0);
  });
  test("does not correct a stamp in the future", () => {
    expect(known().classify(1, 0, at, at, 20)).toBe("future");
  });
});

describe("a sender with a wrong clock", () => {
  test.each([5_000, -5_000])("off by %d ms: nothing passes for 2 s, then every fresh hint passes", (skewMs) => {
    const filter = makeFilter();
    const learning = run(filter, { seconds: 2.1, skew: () => skewMs });
    expect(learning.ages.slice(0, 400)).not.toContain("fresh");
    expect(run(filter, { seconds: 60, from: NOW + 2_100, skew: () => skewMs })).toMatchObject({ old: 0, future: 0 });
  });
  test("its late hints are still old: 100 ms of travel instead of 1 ms", () => {
    const filter = makeFilter();
    run(filter, { seconds: 3, skew: () => -5_000 });
    const late = run(filter, { seconds: 1, from: NOW + 3_000, skew: () => -5_000, travel: () => 100 });
    expect(late).toMatchObject({ fresh: 0, future: 0 });
  });
  test("a drift of 200 ppm for an hour loses no fresh hint", () => {
    const filter = makeFilter();
    run(filter, { seconds: 3, skew: () => 3_000 });
    const hour = run(filter, {
      seconds: 3_600,
      everyMs: 20,
      from: NOW + 3_000,
      skew: (since) => 3_000 - since * 0.0002,
    });
    expect(hour).toMatchObject({ old: 0, future: 0 });
    const back = run(filter, {
      seconds: 3_600,
      everyMs: 20,
      from: NOW + 3_603_000,
      skew: (since) => 2_280 + since * 0.0002,
    });
    expect(back).toMatchObject({ old: 0, future: 0 });
  });
  test.each([2_000, -2_000, 100, -100])("a jump by %d ms is classified wrongly for a while, then learned", (jump) => {
    const filter = makeFilter();
    run(filter, { seconds: 10, skew: () => 500 });
    const after = run(filter, { seconds: 60, from: NOW + 10_000, skew: () => 500 + jump });
    expect(after.ages.slice(0, 4)).not.toContain("fresh");
    // At most 13 s: 10 to be sure that it is not our own delay, 2 to learn, and a margin.
    expect(after.ages.slice(13 * 200).every((age) => age === "fresh")).toBe(true);
  });
  test("an offset above 10 s is not learned: such a log is stale", () => {
    const filter = makeFilter();
    expect(run(filter, { seconds: 60, skew: () => -10_100 })).toMatchObject({ fresh: 0 });
    expect(filter.knownSenders()).toBe(0);
  });
});

describe("a replayed stale log", () => {
  test("replayed fast: its stamps drift away from our clock, and none passes", () => {
    const filter = makeFilter();
    // Recorded over 100 s until 1 s ago, sent within 10 s: the offset shrinks by 9 ms per ms.
    const replayed = run(filter, { seconds: 10, skew: (since) => -101_000 + 9 * since + 1_000 });
    expect(replayed.fresh).toBeLessThan(20);
    expect(filter.knownSenders()).toBe(0);
  });
  test("from a known sender: none passes, and the sender's fresh hints still pass", () => {
    const filter = makeFilter();
    run(filter, { seconds: 3, skew: () => 0 });
    let replayedFresh = 0;
    let ownLost = 0;
    for (let since = 0; since < 30_000; since += 5) {
      const now = NOW + 3_000 + since;
      if (filter.classify(1, 0, now - 1, now, 0) !== "fresh") ownLost++;
      if (filter.classify(1, 0, now - 4_000, now, 0) === "fresh") replayedFresh++;
    }
    expect({ replayedFresh, ownLost }).toEqual({ replayedFresh: 0, ownLost: 0 });
  });
});

describe("our own delay", () => {
  test("80 ms for 8 s, for all senders alike, is not learned as their clock offset", () => {
    const filter = makeFilter();
    run(filter, { seconds: 3, skew: () => 0 });
    const lag = run(filter, { seconds: 8, from: NOW + 3_000, skew: () => 0, travel: () => 80 });
    expect(lag.fresh).toBe(0);
    expect(run(filter, { seconds: 5, from: NOW + 11_000, skew: () => 0 })).toMatchObject({ old: 0, future: 0 });
  });
  test("in bursts (2 of every 10 s with 30 to 170 ms of wait): no late hint passes, no early one is lost", () => {
    const filter = makeFilter();
    const random = seeded(5);
    const queue = (since: number) => (since % 10_000 > 8_000 ? 30 + random() * 140 : 0.2 + random());
    let wrong = 0;
    const waits: number[] = [];
    const seen = run(filter, {
      seconds: 120,
      skew: () => 5_000,
      travel: (since) => {
        const wait = queue(since);
        waits.push(wait);
        return wait;
      },
    });
    seen.ages.forEach((age, n) => {
      const late = (waits[n] ?? 0) > MAX + 2;
      const early = (waits[n] ?? 0) < MAX - 2;
      // The first two seconds are for learning.
      if (n > 500 && ((late && age === "fresh") || (early && age !== "fresh"))) wrong++;
    });
    expect(wrong).toBe(0);
  });
});

describe("senders with false stamps", () => {
  test("a sender that stamps every third hint an hour ahead loses only those", () => {
    const filter = makeFilter();
    run(filter, { seconds: 5, skew: () => 0, name: 2 });
    const liar = run(filter, { seconds: 60, skew: (since) => (since % 15 === 0 ? 3_600_000 : 0), name: 7 });
    expect(liar).toMatchObject({ future: 4_000, old: 0 });
    expect(run(filter, { seconds: 5, from: NOW + 65_000, skew: () => 0, name: 2 })).toMatchObject({
      old: 0,
      future: 0,
    });
  });
  test("a sender that pretends a late clock affects only its own hints", () => {
    const filter = makeFilter();
    run(filter, { seconds: 10, skew: () => -4_000, name: 7 });
    expect(filter.classify(1, 7, NOW + 6_000, NOW + 10_000, 0)).toBe("fresh");
    expect(filter.classify(1, 8, NOW + 6_000, NOW + 10_000, 0)).toBe("old");
    expect(filter.classify(2, 7, NOW + 6_000, NOW + 10_000, 0)).toBe("old");
  });
  test("a flood of 100 000 names neither grows the table nor evicts a known sender", () => {
    const filter = makeFilter();
    run(filter, { seconds: 3, skew: () => -5_000, name: 42 });
    for (let n = 0; n < 100_000; n++) filter.classify(1, n + 1_000, NOW + 3_000, NOW + 3_000, 0);
    expect(filter.classify(1, 42, NOW + 3_000 - 5_000, NOW + 3_001, 0)).toBe("fresh");
    expect(filter.knownSenders()).toBeLessThanOrEqual(MAX_SENDERS);
  });

  /** Hints of many names of one address, in turn, so that each name becomes known. */
  const flood = (filter: AgeFilter, address: number, names: number, from: number): void => {
    for (let i = 0; i < 40; i++) {
      for (let n = 0; n < names; n++) filter.classify(address, n + 1, from + i * 60, from + i * 60, 0);
    }
  };
  const knownIn = (filter: AgeFilter, address: number, name: number, from: number): boolean => {
    for (let since = 0; since < 2_500; since += 10)
      filter.classify(address, name, from + since - 5_000, from + since, 0);
    return filter.classify(address, name, from - 2_500, from + 2_500, 0) === "fresh";
  };
  test("one address with a thousand names leaves most of the table to others", () => {
    const filter = makeFilter();
    flood(filter, 1, 1_000, NOW);
    expect(filter.knownSenders()).toBeLessThanOrEqual(MAX_NAMES_PER_ADDRESS);
    for (let address = 2; address < 52; address++) expect(knownIn(filter, address, 0, NOW + 2_400)).toBe(true);
  });
  test("names that were silent for a minute are evicted for new names of their address", () => {
    const filter = makeFilter();
    flood(filter, 1, MAX_NAMES_PER_ADDRESS, NOW);
    expect(filter.knownSenders()).toBe(MAX_NAMES_PER_ADDRESS);
    expect(knownIn(filter, 1, 5_000, NOW + 2_400 + 50_000)).toBe(false);
    expect(knownIn(filter, 1, 6_000, NOW + 2_400 + 61_000)).toBe(true);
  });
});
