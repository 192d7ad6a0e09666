import { describe, expect, test } from "vitest";
import { BREAKER, Breaker, type HostOutcome, type Open } from "../../../src/origin/breaker.ts";

const HOST = "pictures.test";
type Told = Partial<HostOutcome>;

function told(breaker: Breaker, now: number, outcome: Told = {}) {
  const failed = { source: "a", health: "hard", weight: 1, retryAfter: null, probe: false } as const;
  return breaker.record(HOST, { ...failed, ...outcome }, now);
}

/** `failures` over `sources` different sources, after `successes`, all at one moment. */
function fed(failures: number, sources: number, successes = 0, at = 0): { breaker: Breaker; changes: unknown[] } {
  const breaker = new Breaker();
  for (let i = 0; i < successes; i++) told(breaker, at, { health: "answer", source: `ok${i}` });
  const changes = Array.from({ length: failures }, (_, i) => told(breaker, at, { source: `s${i % sources}` }));
  return { breaker, changes };
}

const hard = (until: number, opens: number): Open => ({ until, opens, soft: false, told: true });
const refusedFor = (retryAfter: number) => ({ admitted: false, retryAfter, probe: null });
const isOpen = (breaker: Breaker, now: number) => !breaker.admit(HOST, "new", now).admitted;

describe("when it opens", () => {
  test.each([
    ["9 failures over 5 sources", 9, 5, 0, false],
    ["10 failures over 5 sources", 10, 5, 0, true],
    ["10 failures over 4 sources", 10, 4, 0, false],
    ["100 failures of one picture", 100, 1, 0, false],
    ["10 failures among 20", 10, 5, 10, true],
    ["10 failures among 21", 10, 5, 11, false],
  ])("%s: %#", (_name, failures, sources, successes, open) => {
    const { breaker, changes } = fed(failures, sources, successes);
    expect(isOpen(breaker, 1)).toBe(open);
    expect(changes.filter((change) => change !== undefined)).toEqual(open ? [hard(BREAKER.openMs, 1)] : []);
  });

  test("failures spread over more than the window do not add up", () => {
    const breaker = new Breaker();
    for (let i = 0; i < 9; i++) told(breaker, 0, { source: `s${i}` });
    expect(told(breaker, BREAKER.windowMs, { source: "late" })).toBeUndefined();
    const inTime = new Breaker();
    for (let i = 0; i < 9; i++) told(inTime, 0, { source: `s${i}` });
    expect(told(inTime, BREAKER.windowMs - 1, { source: "last" })).toMatchObject({ opens: 1 });
  });

  test("another host is another matter", () => {
    const { breaker } = fed(10, 5);
    expect(breaker.admit("other.test", "new", 1)).toEqual({ admitted: true, probe: false });
  });

  test("late outcomes of what was asked before it opened change nothing", () => {
    const { breaker } = fed(10, 5);
    expect(told(breaker, 1, { health: "answer" })).toBeUndefined();
    expect(told(breaker, 2)).toBeUndefined();
    expect(isOpen(breaker, 3)).toBe(true);
  });
});

describe("how long", () => {
  test("refusals say in how many seconds, at least 1", () => {
    const { breaker } = fed(10, 5);
    expect(breaker.admit(HOST, "new", 1)).toEqual(refusedFor(10));
    expect(breaker.admit(HOST, "new", 9_999)).toEqual(refusedFor(1));
    expect(breaker.admit(HOST, "new", 10_000)).toEqual({ admitted: true, probe: true });
  });

  test.each([
    ["longer than ours counts", 120, 120_000],
    ["shorter than ours does not", 3, 10_000],
    ["a day is ten minutes", 86_400, 600_000],
  ])("Retry-After %s", (_name, retryAfter, until) => {
    const breaker = new Breaker();
    for (let i = 0; i < 9; i++) told(breaker, 0, { source: `s${i}`, retryAfter: i < 4 ? retryAfter : null });
    expect(told(breaker, 0, { source: "last", retryAfter })).toEqual(hard(until, 1));
  });

  test("a Retry-After before the threshold counts from when it was said", () => {
    const breaker = new Breaker();
    for (let i = 0; i < 5; i++) told(breaker, 0, { source: `r${i}`, retryAfter: 60 });
    let change: unknown;
    for (let i = 0; i < 5; i++) change = told(breaker, 20_000, { source: `s${i}` });
    expect(change).toEqual(hard(60_000, 1));
  });

  test("a Retry-After of fewer than half of the failures does not count: one path may ask for anything", () => {
    const breaker = new Breaker();
    for (let i = 0; i < 4; i++) told(breaker, 0, { source: `r${i}`, retryAfter: 600 });
    let change: unknown;
    for (let i = 0; i < 6; i++) change = told(breaker, 0, { source: `s${i}` });
    expect(change).toEqual(hard(BREAKER.openMs, 1));
  });

  test("each failed probe doubles it, up to ten minutes", () => {
    const { breaker } = fed(10, 5);
    let now = 10_000;
    const lengths: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect(breaker.admit(HOST, "new", now)).toEqual({ admitted: true, probe: true });
      const change = told(breaker, now, { probe: true });
      lengths.push((change?.until ?? 0) - now);
      now = change?.until ?? now;
    }
    expect(lengths).toEqual([20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000, 600_000]);
  });
});

describe("probes", () => {
  test("one at a time; it closes the breaker when it succeeds", () => {
    const { breaker } = fed(10, 5);
    expect(breaker.admit(HOST, "new", 10_000)).toEqual({ admitted: true, probe: true });
    expect(breaker.admit(HOST, "new", 10_001)).toEqual(refusedFor(1));
    expect(told(breaker, 10_002, { health: "answer", probe: true })).toBeNull();
    expect(breaker.admit(HOST, "new", 10_003)).toEqual({ admitted: true, probe: false });
    // From scratch: what failed before is forgotten.
    expect(told(breaker, 10_004)).toBeUndefined();
  });

  test("one that is never heard of again is lost after a minute", () => {
    const { breaker } = fed(10, 5);
    breaker.admit(HOST, "new", 10_000);
    expect(breaker.admit(HOST, "new", 69_999).admitted).toBe(false);
    expect(breaker.admit(HOST, "new", 70_000)).toEqual({ admitted: true, probe: true });
  });

  test("one that was abandoned makes room at once", () => {
    const { breaker } = fed(10, 5);
    breaker.admit(HOST, "new", 10_000);
    breaker.abandon(HOST);
    expect(breaker.admit(HOST, "new", 10_001)).toEqual({ admitted: true, probe: true });
  });
});

describe("what others found out", () => {
  test("an open breaker is taken over, and probed in its time", () => {
    const breaker = new Breaker();
    breaker.absorb(HOST, hard(5_000, 3), 0);
    expect(isOpen(breaker, 4_999)).toBe(true);
    expect(breaker.admit(HOST, "new", 5_000)).toEqual({ admitted: true, probe: true });
    expect(told(breaker, 5_000, { probe: true })).toEqual(hard(85_000, 4));
  });

  test("one that is over, or older than ours, is not", () => {
    const breaker = new Breaker();
    breaker.absorb(HOST, hard(5_000, 1), 5_000);
    expect(breaker.size).toBe(0);
    const { breaker: open } = fed(10, 5);
    open.absorb(HOST, hard(5_000, 1), 0);
    expect(isOpen(open, 9_999)).toBe(true);
  });

  test("nobody can shut a host for longer than the rules do", () => {
    const breaker = new Breaker();
    breaker.absorb(HOST, hard(1e15, 1), 0);
    expect(isOpen(breaker, 599_999)).toBe(true);
    expect(isOpen(breaker, 600_000)).toBe(false);
  });
});

describe("a clock that jumps", () => {
  test("back: outcomes from the future do not count, and a host is shut for ten minutes at most", () => {
    const breaker = new Breaker();
    for (let i = 0; i < 9; i++) told(breaker, 1e9, { source: `s${i}` });
    expect(told(breaker, 0, { source: "now" })).toBeUndefined();
    const { breaker: open } = fed(10, 5, 0, 1e9);
    expect(open.admit(HOST, "new", 0)).toEqual(refusedFor(600));
  });

  test("forward: the breaker is due for a probe", () => {
    const { breaker } = fed(10, 5);
    expect(breaker.admit(HOST, "new", 1e12)).toEqual({ admitted: true, probe: true });
  });
});

describe("failures that any path can cause", () => {
  const SOFT = { health: "soft", weight: 0.5 } as const;
  const softly = (breaker: Breaker, count: number, at = 0, more: Told = {}) => {
    let change: unknown;
    for (let i = 0; i < count; i++) change = told(breaker, at, { ...SOFT, source: `s${i}`, ...more });
    return change;
  };

  test.each([
    [19, undefined],
    [20, { until: 10_000, opens: 1, soft: true, told: false }],
  ])("%i server errors weigh half as much", (count, change) => {
    expect(softly(new Breaker(), count)).toEqual(change);
  });

  test.each([
    [BREAKER.holdMs - 1, false],
    [BREAKER.holdMs, true],
  ])("a success %i ms ago: open is %s", (ago, open) => {
    const breaker = new Breaker();
    told(breaker, 0, { health: "answer", source: "ok" });
    softly(breaker, 200, ago);
    expect(isOpen(breaker, ago + 1)).toBe(open);
  });

  test.each([
    [9, false],
    [10, true],
  ])("a success does not outweigh %i connection failures after it: open is %s", (count, open) => {
    const breaker = new Breaker();
    told(breaker, 0, { health: "picture", source: "ok" });
    softly(breaker, 20, 1);
    for (let i = 0; i < count; i++) told(breaker, 1, { source: `h${i}` });
    expect(isOpen(breaker, 2)).toBe(open);
  });

  test("a flood of failures does not push the success out of memory", () => {
    const breaker = new Breaker();
    told(breaker, 0, { health: "answer" });
    softly(breaker, 10 * BREAKER.maxOutcomes, 1);
    expect(isOpen(breaker, 2)).toBe(false);
  });

  test("a host that asks to be left alone is known to others; server errors alone are not told", () => {
    expect(softly(new Breaker(), 20, 0, { retryAfter: 60 })).toMatchObject({ until: 60_000, told: true });
    expect(softly(new Breaker(), 20)).toMatchObject({ told: false });
  });

  test("a host never seen well is open to all for two seconds, and the first success closes the breaker", () => {
    const breaker = new Breaker();
    softly(breaker, 20);
    const trial = { admitted: true, probe: true };
    expect([1, 2, 3].map((i) => breaker.admit(HOST, `attacker${i}`, 10_000))).toEqual([trial, trial, trial]);
    for (let i = 0; i < 50; i++)
      expect(told(breaker, 10_001, { ...SOFT, probe: true, source: `a${i}` })).toBe(undefined);
    expect(breaker.admit(HOST, "victim", 11_999)).toEqual(trial);
    expect(told(breaker, 12_000, { health: "picture", source: "victim", probe: true })).toBeNull();
    // And then it is held.
    softly(breaker, 200, 12_001);
    expect(isOpen(breaker, 12_002)).toBe(false);
  });

  test("trials without a success: each is followed by a longer time, up to half a minute", () => {
    const breaker = new Breaker();
    softly(breaker, 20);
    let now = 10_000;
    const waits = [1, 2, 3, 4].map(() => {
      breaker.admit(HOST, "a", now);
      now += BREAKER.trialMs;
      const refused = breaker.admit(HOST, "a", now);
      const wait = refused.admitted ? 0 : refused.retryAfter;
      now += wait * 1000;
      return wait;
    });
    expect(waits).toEqual([20, 30, 30, 30]);
  });

  test("a late failure of a trial that is over extends nothing", () => {
    const breaker = new Breaker();
    softly(breaker, 20);
    breaker.admit(HOST, "a", 10_000);
    breaker.admit(HOST, "a", 12_000);
    expect(told(breaker, 13_000, { ...SOFT, probe: true })).toBeUndefined();
    expect(breaker.admit(HOST, "a", 32_000).admitted).toBe(true);
  });
});

describe("the probe is a source that worked before", () => {
  const opened = () => {
    const breaker = new Breaker();
    told(breaker, 0, { health: "picture", source: "good" });
    for (let i = 0; i < 10; i++) told(breaker, 0, { source: `s${i}` });
    return breaker;
  };

  test("whoever asks first is told which one, and the next one waits", () => {
    const breaker = opened();
    expect(breaker.admit(HOST, "attacker", 10_000)).toEqual({ ...refusedFor(1), probe: "good" });
    expect(breaker.admit(HOST, "attacker", 10_001)).toEqual(refusedFor(1));
    expect(told(breaker, 10_002, { health: "picture", source: "good", probe: true })).toBeNull();
    expect(breaker.admit(HOST, "victim", 10_003)).toEqual({ admitted: true, probe: false });
  });

  test("who asks for that very source is the probe", () => {
    expect(opened().admit(HOST, "good", 10_000)).toEqual({ admitted: true, probe: true });
  });

  test("its failure doubles the time, soft or not; a soft failure of another source does not", () => {
    const good = opened();
    good.admit(HOST, "good", 10_000);
    expect(told(good, 10_000, { health: "soft", source: "good", probe: true })).toEqual(hard(30_000, 2));
    const { breaker } = fed(10, 5);
    breaker.admit(HOST, "attacker", 10_000);
    const soft = { health: "soft", source: "attacker", retryAfter: 600, probe: true } as const;
    expect(told(breaker, 10_000, soft)).toEqual(hard(20_000, 1));
  });

  test.each([
    [1_024, "good"],
    [1_025, null],
  ])("a source of %i characters: remembered is %s", (length, remembered) => {
    const breaker = new Breaker();
    const good = "g".repeat(length);
    told(breaker, 0, { health: "picture", source: good });
    for (let i = 0; i < 10; i++) told(breaker, 0, { source: `s${i}` });
    const admission = breaker.admit(HOST, "other", 10_000);
    expect(admission.admitted ? null : admission.probe).toBe(remembered === null ? null : good);
  });
});

test("samples keep no addresses: hosts with kilobytes of them take little memory", () => {
  const breaker = new Breaker();
  const long = "x".repeat(8_000);
  for (let i = 0; i < 128; i++) told(breaker, 0, { health: "soft", weight: 0, source: `${i}${long}` });
  expect(JSON.stringify(breaker, (_, value) => (value instanceof Map ? [...value] : value))).not.toContain("xx");
});

test("a redirect to a host is let through unless it is left alone", () => {
  const { breaker } = fed(10, 5);
  expect([0, 9_999, 10_000].map((at) => breaker.admitRedirected(HOST, at))).toEqual([10, 1, null]);
  expect(breaker.admitRedirected("other.test", 0)).toBeNull();
});

test("what others found out does not outweigh our own success", () => {
  const breaker = new Breaker();
  told(breaker, 0, { health: "answer" });
  breaker.absorb(HOST, hard(60_000, 1), BREAKER.holdMs - 1);
  expect(isOpen(breaker, BREAKER.holdMs)).toBe(false);
  breaker.absorb(HOST, hard(60_000, 1), BREAKER.holdMs);
  expect(isOpen(breaker, BREAKER.holdMs)).toBe(true);
});

test("memory is bounded: the host longest unheard of is forgotten", () => {
  const breaker = new Breaker({ ...BREAKER, maxHosts: 3 });
  for (const host of ["a", "b", "c", "a", "d"]) {
    breaker.record(host, { source: "s", health: "hard", weight: 1, retryAfter: null, probe: false }, 0);
  }
  expect(breaker.size).toBe(3);
  // `b` went, `a` was heard of again: nine more failures open `a` and not `b`.
  for (const host of ["a", "b"]) {
    for (let i = 0; i < 8; i++) {
      breaker.record(host, { source: `t${i}`, health: "hard", weight: 1, retryAfter: null, probe: false }, 0);
    }
  }
  expect([breaker.admit("a", "new", 1).admitted, breaker.admit("b", "new", 1).admitted]).toEqual([false, true]);
});
