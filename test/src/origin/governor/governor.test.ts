import { describe, expect, test } from "vitest";
import { Governor } from "../../../../src/origin/governor/governor.ts";
import type { GovernorAnswer, GovernorCall, Politeness } from "../../../../src/origin/governor/port.ts";
import { type Behaviour, Clock, Host, Isolate, randomFrom, Source } from "./simulation.ts";

const WIKIMEDIA: Politeness = { concurrency: 2, perSecond: 10, bytesPerSecond: 3_125_000, perDay: null };
const SECONDS = 40;

const QUICK = { tripMs: 2, unevenMs: 6, waitMs: 10_000, demand: { user: 4, warm: 2, job: 2 } } as const;

function world(seed: number, does: Behaviour, count = 4) {
  const clock = new Clock();
  const host = new Host(clock);
  const source = new Source();
  const random = randomFrom(seed);
  const fresh = (name: string) => new Isolate(name, clock, host, source, does, random);
  const isolates = ["a", "b", "c", "d"].slice(0, count).map(fresh);
  for (const isolate of isolates) isolate.pump();
  return { clock, host, source, random, isolates, fresh };
}

const LOADS = [
  {
    name: "slots bind",
    does: { size: () => 20_000, ms: () => 400 },
    used: (source: Source, now: number) => source.busyMs(now) / (SECONDS * 2_000),
  },
  {
    name: "pace binds",
    does: { size: () => 20_000, ms: () => 90 },
    used: (source: Source) => source.starts.length / (SECONDS * 10),
  },
  {
    name: "bytes bind",
    does: { size: (random: () => number) => 500_000 + random() * 900_000, ms: (bytes: number) => bytes / 6_000 },
    used: (source: Source) => source.totalBytes / (SECONDS * 3_125_000),
  },
] as const;

describe("four isolates at a host with 2 slots, 10 starts a second and 25 Mbit/s; one dies, the governor restarts", () => {
  test.each(LOADS)(
    "$name: no limit is exceeded, nine tenths are used, one call is made per exchange",
    ({ does, used }) => {
      const { clock, host, source, isolates } = world(1, { rule: WIKIMEDIA, ...QUICK, ...does });
      clock.in(10_000, () => isolates[0]?.kill());
      clock.in(20_000, () => host.restart());
      clock.runFor(SECONDS * 1000);
      expect(source.mostOpen).toBeLessThanOrEqual(2);
      expect(source.mostStarts(1_000)).toBeLessThanOrEqual(10);
      expect(source.mostBytes(10_000)).toBeLessThanOrEqual(31_250_000);
      expect(used(source, clock.now)).toBeGreaterThanOrEqual(0.9);
      expect(host.calls / source.starts.length).toBeLessThanOrEqual(1.2);
    },
  );
});

describe("order", () => {
  const slow = { rule: WIKIMEDIA, ...QUICK, size: () => 20_000, ms: () => 400 } as const;

  test("readers take everything while they want everything", () => {
    const { clock, source } = world(2, slow);
    clock.runFor(10_000);
    expect(source.starts.filter(({ kind }) => kind !== "user")).toEqual([]);
  });

  test("pushes go before jobs, and both leave a slot to readers", () => {
    const { clock, source, isolates } = world(3, { ...slow, demand: { warm: 3, job: 3 } });
    clock.runFor(10_000);
    expect(source.mostOpen).toBe(1);
    expect(source.starts.every(({ kind }) => kind === "warm")).toBe(true);
    const began = clock.now;
    Object.assign(isolates[0] ?? {}, { demand: { user: 1 } });
    isolates[0]?.pump();
    clock.runFor(1_000);
    const reader = source.starts.find(({ kind }) => kind === "user");
    expect((reader?.at ?? Number.POSITIVE_INFINITY) - began).toBeLessThan(100);
  });

  test("a host with one slot gives it to a job when no reader has asked for five seconds", () => {
    const rule = { ...WIKIMEDIA, concurrency: 1 };
    const { clock, source, isolates } = world(4, { ...slow, rule, demand: { job: 1 } }, 1);
    clock.runFor(2_000);
    const before = source.starts.length;
    expect(before).toBeGreaterThan(2);
    Object.assign(isolates[0] ?? {}, { demand: { user: 1, job: 1 } });
    clock.runFor(2_000);
    Object.assign(isolates[0] ?? {}, { demand: { job: 1 } });
    clock.runFor(10_000);
    const readers = source.starts.filter(({ kind }) => kind === "user");
    const next = source.starts.find(({ at, kind }) => kind === "job" && at > (readers[0]?.at ?? 0));
    expect(readers.length).toBeGreaterThan(2);
    expect((next?.at ?? 0) - (readers.at(-1)?.at ?? 0)).toBeGreaterThan(4_500);
  });
});

describe("a call that may wait", () => {
  const NONE: Politeness = { concurrency: null, perSecond: null, bytesPerSecond: null, perDay: null };
  const call = (number: number, rule: Politeness): GovernorCall => ({
    ...{ isolate: `i${number}`, call: 1, region: "enam", rule, tripMs: 0, waitMs: 5_000, releases: [], renewals: [] },
    wants: [{ ticket: `t${number}`, kind: "user", waitedMs: 0 }],
  });

  test.each([
    ["hears at once that a window opens later than it waits", { perDay: 1 }, "day"],
    ["waits for a window that opens sooner", { perSecond: 1 }, undefined],
    ["waits for a slot, which a release may free at any time", { concurrency: 1 }, undefined],
  ] as const)("%s", (_, limits, binding) => {
    const rule = { ...NONE, ...limits };
    const governor = new Governor<number>(null, 0);
    const answers = new Map<number, GovernorAnswer>();
    for (const number of [1, 2]) {
      governor.take(number, call(number, rule), 10_000);
      for (const { key, answer } of governor.step(10_000).answers) answers.set(key, answer);
    }
    expect(answers.get(1)?.grants).toHaveLength(1);
    expect(answers.get(2)?.refusals[0]?.binding).toBe(binding);
    expect(governor.waiting).toBe(binding === undefined ? 1 : 0);
  });
});

describe("several wishes of one call", () => {
  const rule: Politeness = { concurrency: 8, perSecond: 100, bytesPerSecond: null, perDay: null };
  const grants = (kind: "user" | "job", others: number) => {
    const governor = new Governor<string>(null, 0);
    const call = (isolate: string, count: number): GovernorCall => ({
      ...{ isolate, call: 1, region: "enam", rule, tripMs: 0, waitMs: 0, releases: [], renewals: [] },
      wants: Array.from({ length: count }, (_, i) => ({ ticket: `${isolate}${i}`, kind, waitedMs: 0 })),
    });
    governor.take("a", call("a", 4), 10_000);
    for (let i = 0; i < others; i++) governor.take(`b${i}`, call(`b${i}`, 1), 10_000);
    const given = governor.step(10_000).answers.find(({ key }) => key === "a")?.answer.grants ?? [];
    return given.map(({ startInMs, startWithinMs }) => [Math.round(startInMs), startWithinMs]);
  };

  test.each([
    ["a job's come together, and may be late, since it renders between them", "job", 0, [0, 11, 22, 32], 500],
    ["a job's may not where another one waits", "job", 1, [0, 11, 22], 60],
    ["a reader's may not", "user", 0, [0, 0, 0, 0], 60],
  ] as const)("%s", (_, kind, others, starts, within) => {
    expect(grants(kind, others)).toEqual(starts.map((start) => [start, within]));
  });
});

describe("refusals", () => {
  const rule = null;
  const busy = { rule, ...QUICK, size: () => 20_000, ms: () => 50 } as const;

  test("a host without a rule learns: halved by each refusal, more while it answers, closed for Retry-After", () => {
    const { clock, source } = world(5, { ...busy, demand: { user: 6 } });
    // It allows three starts a second, and asks for two seconds of quiet.
    let closedUntil = 0;
    let early = 0;
    source.answer = (at) => {
      if (at < closedUntil) early++;
      const lately = source.starts.filter((start) => start.at > at - 1_000).length;
      if (at >= closedUntil && lately < 3) return { kind: "ok" };
      closedUntil = at + 2_000;
      return { kind: "refused", retryAfter: 2 };
    };
    clock.runFor(20_000);
    const learnt = { refusedInTheFirst: early, starts: source.starts.length };
    clock.runFor(60_000);
    expect(source.starts.length - learnt.starts).toBeGreaterThan(60);
    expect(source.starts.length - learnt.starts).toBeLessThan(180);
    // Once it is known, nobody starts before the time is over.
    expect(early - learnt.refusedInTheFirst).toBeLessThanOrEqual(2);
  });

  test("Retry-After closes a host with a rule too", () => {
    const { clock, source } = world(6, { ...busy, rule: WIKIMEDIA });
    let refusedAt = 0;
    clock.in(3_000, () => {
      source.answer = (at) => {
        refusedAt ||= at;
        return { kind: "refused", retryAfter: 7 };
      };
    });
    clock.runFor(4_000);
    source.answer = () => ({ kind: "ok" });
    clock.runFor(20_000);
    const after = source.starts.filter(({ at }) => at > refusedAt + 200);
    expect((after[0]?.at ?? 0) - refusedAt).toBeGreaterThanOrEqual(7_000);
    expect((after[0]?.at ?? 0) - refusedAt).toBeLessThan(7_500);
  });
});

/** Random hosts, demands and faults: clocks that are set back, calls that come twice and out of order, deaths, restarts. */
describe("whatever happens, no limit is exceeded", () => {
  const seeds = process.env.FIRSTLIGHT_LONG === "1" ? 300 : 12;
  test.each(Array.from({ length: seeds }, (_, i) => i + 1))("seed %i", (seed) => {
    const pick = randomFrom(seed * 7919);
    const one = <T>(list: readonly T[]): T => list[Math.floor(pick() * list.length)] as T;
    const rule: Politeness = {
      concurrency: one([1, 2, 3, 5, null]),
      perSecond: one([0.4, 1, 3, 10, 25]),
      bytesPerSecond: one([100_000, 600_000, 3_125_000, null]),
      perDay: one([40, null, null]),
    };
    const mean = one([5_000, 60_000, 400_000]);
    const { clock, host, source, random, isolates, fresh } = world(seed, {
      ...{ rule, tripMs: one([1, 20, 80]), unevenMs: 20, waitMs: one([500, 10_000]), twice: 0.1 },
      demand: { user: one([0, 1, 4]), warm: one([0, 2]), job: one([1, 3]) },
      size: (random) => mean * (0.3 + 1.4 * random()),
      ms: (bytes, random) => 30 + bytes / 2_000 + random() * one([50, 600]),
    });
    let named = 0;
    const fault = () => {
      const which = random();
      const at = Math.floor(random() * isolates.length);
      if (which < 0.4) {
        isolates[at]?.kill();
        isolates[at] = fresh(`n${++named}x`);
        isolates[at]?.pump();
      } else if (which < 0.7) host.restart();
      else host.skewMs -= random() * 30_000;
      clock.in(500 + random() * 4_000, fault);
    };
    clock.in(1_000, fault);
    clock.runFor(25_000);
    const within = (limit: number | null) => limit ?? Number.POSITIVE_INFINITY;
    expect(source.mostOpen).toBeLessThanOrEqual(within(rule.concurrency));
    const [ms, most] = (rule.perSecond ?? 1) < 1 ? [1000 / (rule.perSecond ?? 1), 1] : [1000, rule.perSecond];
    expect(source.mostStarts(ms)).toBeLessThanOrEqual(within(most));
    expect(source.mostBytes(10_000)).toBeLessThanOrEqual(10 * within(rule.bytesPerSecond));
    expect(source.starts.length).toBeLessThanOrEqual(within(rule.perDay));
    expect(source.starts.length).toBeGreaterThan(0);
  });
});
