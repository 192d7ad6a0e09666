import { describe, expect, test } from "vitest";
import { allotted } from "../../../../src/origin/governor/allotment.ts";
import type { GovernorAnswer, GovernorCall, Politeness } from "../../../../src/origin/governor/port.ts";
import { isShared, type ShareAnswer, type ShareCall } from "../../../../src/origin/governor/shares.ts";
import { asRegion, hold, isShareDue, lendTo, shareCall } from "../../../../src/origin/governor/sharing.ts";
import { type Behaviour, Clock, Host, Isolate, type Random, randomFrom, Source } from "./simulation.ts";

const REGIONS = ["enam", "weur", "apac", "oc"];

/** The object that lends. */
class Lender extends Host {
  lend(call: ShareCall): ShareAnswer {
    const answer = lendTo(this.governor.limits, structuredClone(call), this.governor.tick(this.wall()));
    this.save();
    return structuredClone(answer);
  }
}

/** The object of a region, with an uneven way to the lender on which messages are lost. */
class Region extends Host {
  readonly #name: string;
  readonly #lender: Lender;
  readonly #random: Random;
  readonly #lost: number;
  #askedAt = 0;
  #isAsking = false;

  constructor(clock: Clock, name: string, lender: Lender, random: Random, lost: number) {
    super(clock);
    this.#name = name;
    this.#lender = lender;
    this.#random = random;
    this.#lost = lost;
  }

  override ask(call: GovernorCall, deliver: (answer: GovernorAnswer | null) => void): void {
    asRegion(this.governor.limits);
    super.ask(call, deliver);
  }

  override step(): void {
    super.step();
    const now = this.governor.tick(this.wall());
    if (isShareDue(this.governor.limits, this.#askedAt, this.governor.waiting > 0, now)) this.#borrow(now);
  }

  #borrow(sentAt: number): void {
    const call = shareCall(
      this.governor.limits,
      { region: this.#name, regions: REGIONS.length },
      this.governor.waiting,
      sentAt,
    );
    if (call === null || this.#isAsking) return;
    this.#isAsking = true;
    this.#askedAt = sentAt;
    const { governor } = this;
    this.clock.in(2_000, () => {
      this.#isAsking = false;
      if (this.governor.waiting > 0) this.step();
    });
    this.#travel(() => {
      const answer = this.#lender.lend(call);
      this.#travel(() => {
        // The object was restarted meanwhile.
        if (this.governor !== governor) return;
        this.#isAsking = false;
        hold(governor.limits, answer, sentAt, governor.tick(this.wall()));
        this.save();
        this.step();
      });
    });
  }

  #travel(arrive: () => void): void {
    if (this.#random() >= this.#lost) this.clock.in(20 + this.#random() * 130, arrive);
  }
}

function world(seed: number, rule: Politeness, does: Omit<Behaviour, "rule">, lost: number) {
  const clock = new Clock();
  const random = randomFrom(seed);
  const lender = new Lender(clock);
  const source = new Source();
  const regions = REGIONS.map((name) => new Region(clock, name, lender, random, lost));
  let named = 0;
  const isolateIn = (region: number, demand: Behaviour["demand"]) => {
    const host = regions[region];
    if (host === undefined) throw new Error("no such region");
    const isolate = new Isolate(`i${++named}x`, clock, host, source, { ...does, rule, demand }, random);
    isolate.pump();
    return isolate;
  };
  return { clock, random, lender, source, regions, isolateIn };
}

const RULE: Politeness = { concurrency: 12, perSecond: 60, bytesPerSecond: null, perDay: null };
const DOES = { tripMs: 2, unevenMs: 4, waitMs: 10_000, demand: {}, size: () => 20_000, ms: () => 300 } as const;

describe("shares follow the demand", () => {
  test.each([
    { name: "one region wants everything", demands: [20, 0, 0, 0], least: 0.85 },
    { name: "all want everything", demands: [20, 20, 20, 20], least: 0.9 },
    { name: "one wants little, three much", demands: [1, 20, 20, 20], least: 0.85 },
  ])("$name", ({ demands, least }) => {
    const { clock, source, isolateIn } = world(1, RULE, DOES, 0);
    for (const [region, user] of demands.entries()) if (user > 0) isolateIn(region, { user });
    // The first shares are handed out, and the first rebalancing is over.
    clock.runFor(25_000);
    const before = source.busyMs(clock.now);
    clock.runFor(20_000);
    const used = (source.busyMs(clock.now) - before) / (20_000 * 12);
    expect(source.mostOpen).toBeLessThanOrEqual(12);
    expect(used).toBeGreaterThanOrEqual(least);
  });

  test("a region that wakes up waits for one trip to the lender, not for a share of the others to end", () => {
    const { clock, isolateIn } = world(2, RULE, DOES, 0);
    for (const region of [0, 1, 2]) isolateIn(region, { user: 20 });
    clock.runFor(25_000);
    const late = isolateIn(3, { user: 1 });
    clock.runFor(1_000);
    expect(late.waits[0]?.ms).toBeLessThan(350);
  });

  test("a region with a share asks nobody else", () => {
    const { clock, lender, isolateIn } = world(3, RULE, { ...DOES, patient: true }, 0);
    const isolate = isolateIn(0, { user: 1 });
    clock.runFor(20_000);
    expect(isolate.waits.length).toBeGreaterThan(50);
    expect(lender.writes).toBeLessThanOrEqual(6);
    expect(Math.max(...isolate.waits.slice(1).map(({ ms }) => ms))).toBeLessThan(40);
  });
});

describe("whatever happens, all regions together stay within the rule", () => {
  const seeds = process.env.FIRSTLIGHT_LONG === "1" ? 200 : 8;
  test.each(Array.from({ length: seeds }, (_, i) => i + 1))("seed %i", (seed) => {
    const pick = randomFrom(seed * 104_729);
    const one = <T>(list: readonly T[]): T => list[Math.floor(pick() * list.length)] as T;
    const rule: Politeness = {
      concurrency: one([4, 6, 12]),
      perSecond: one([16, 40, null]),
      bytesPerSecond: one([600_000, 3_000_000, null]),
      perDay: one([400, null, null]),
    };
    const mean = one([5_000, 60_000]);
    const does = {
      ...{ tripMs: 2, unevenMs: 20, waitMs: one([500, 10_000]), demand: {}, twice: 0.05 },
      size: (random: Random) => mean * (0.3 + 1.4 * random()),
      ms: (bytes: number, random: Random) => 30 + bytes / 2_000 + random() * 300,
    };
    const { clock, random, lender, source, regions, isolateIn } = world(seed, rule, does, 0.15);
    let isolates: Isolate[] = [];
    const change = () => {
      const which = random();
      const region = Math.floor(random() * REGIONS.length);
      if (which < 0.5) isolates.push(isolateIn(region, { user: Math.floor(random() * 12), job: 1 }));
      else if (which < 0.8) {
        const gone = isolates[Math.floor(random() * isolates.length)];
        gone?.kill();
        isolates = isolates.filter((isolate) => isolate !== gone);
      } else if (which < 0.9) regions[region]?.restart();
      else if (which < 0.95) lender.restart();
      else regions[region]?.setBack(random() * 20_000);
      clock.in(300 + random() * 2_500, change);
    };
    change();
    clock.runFor(40_000);
    const within = (limit: number | null) => limit ?? Number.POSITIVE_INFINITY;
    expect(source.mostOpen).toBeLessThanOrEqual(within(rule.concurrency));
    expect(source.mostStarts(1_000)).toBeLessThanOrEqual(within(rule.perSecond));
    expect(source.mostBytes(10_000)).toBeLessThanOrEqual(10 * within(rule.bytesPerSecond));
    expect(source.starts.length).toBeLessThanOrEqual(within(rule.perDay));
    expect(source.starts.length).toBeGreaterThan(0);
  });
});

describe("which hosts are shared", () => {
  test.each([
    ["as many slots as regions", { concurrency: 4 }, true],
    ["fewer slots", { concurrency: 3 }, false],
    ["any number of slots, but a pace that cannot be divided", { perSecond: 10 }, false],
    ["any number of slots, and pace enough", { perSecond: 16 }, true],
    ["a pace just below that", { concurrency: 8, perSecond: 15 }, false],
    ["a daily budget that is too small to be divided", { concurrency: 8, perDay: 399 }, false],
    ["a daily budget that is large enough", { concurrency: 8, perDay: 400 }, true],
    ["bytes alone", { bytesPerSecond: 1_000_000 }, false],
  ])("%s", (_, limits, shared) => {
    const rule = { concurrency: null, perSecond: null, bytesPerSecond: null, perDay: null, ...limits };
    expect(isShared(rule, 4)).toBe(shared);
    expect(isShared(rule, 1)).toBe(false);
  });
});

describe("allotted", () => {
  test.each([
    ["everybody wants more than there is", 10, [9, 9, 9], [4, 3, 3]],
    ["who wants little gets it", 10, [1, 9, 9], [1, 5, 4]],
    ["what is left is spread", 10, [1, 1], [5, 5]],
    ["nobody wants anything", 4, [0, 0, 0, 0], [1, 1, 1, 1]],
    ["nothing to give", 0, [3, 3], [0, 0]],
    ["nobody", 3, [], []],
  ])("%s", (_, total, demands, parts) => {
    expect(allotted(total, demands, true)).toEqual(parts);
  });

  test("parts are never more than the whole, for any demand", () => {
    const random = randomFrom(11);
    for (let i = 0; i < 2_000; i++) {
      const total = Math.floor(random() * 40);
      const demands = Array.from({ length: 1 + Math.floor(random() * 6) }, () => random() * 30);
      const parts = allotted(total, demands, true);
      expect(parts.reduce((a, b) => a + b)).toBe(total);
      expect(parts.every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
    }
  });
});
