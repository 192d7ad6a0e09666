import { describe, expect, test } from "vitest";
import { BREAKER, Breaker } from "../../../src/origin/breaker.ts";

const HOST = "pictures.test";
type Told = { failed?: boolean; source?: string; retryAfter?: number | null; probe?: boolean };

function told(
  breaker: Breaker,
  now: number,
  { failed = true, source = "a", retryAfter = null, probe = false }: Told = {},
) {
  return breaker.record(HOST, { source, failed, retryAfter, probe }, now);
}

/** `failures` over `sources` different sources, after `successes`, all at one moment. */
function fed(failures: number, sources: number, successes = 0, at = 0): { breaker: Breaker; changes: unknown[] } {
  const breaker = new Breaker();
  for (let i = 0; i < successes; i++) told(breaker, at, { failed: false, source: `ok${i}` });
  const changes = Array.from({ length: failures }, (_, i) => told(breaker, at, { source: `s${i % sources}` }));
  return { breaker, changes };
}

const isOpen = (breaker: Breaker, now: number) => !breaker.admit(HOST, now).admitted;

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
    expect(changes.filter((change) => change !== undefined)).toEqual(open ? [{ until: BREAKER.openMs, opens: 1 }] : []);
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
    expect(breaker.admit("other.test", 1)).toEqual({ admitted: true, probe: false });
  });

  test("late outcomes of what was asked before it opened change nothing", () => {
    const { breaker } = fed(10, 5);
    expect(told(breaker, 1, { failed: false })).toBeUndefined();
    expect(told(breaker, 2)).toBeUndefined();
    expect(isOpen(breaker, 3)).toBe(true);
  });
});

describe("how long", () => {
  test("refusals say in how many seconds, at least 1", () => {
    const { breaker } = fed(10, 5);
    expect(breaker.admit(HOST, 1)).toEqual({ admitted: false, retryAfter: 10 });
    expect(breaker.admit(HOST, 9_999)).toEqual({ admitted: false, retryAfter: 1 });
    expect(breaker.admit(HOST, 10_000)).toEqual({ admitted: true, probe: true });
  });

  test.each([
    ["longer than ours counts", 120, 120_000],
    ["shorter than ours does not", 3, 10_000],
    ["a day is ten minutes", 86_400, 600_000],
  ])("Retry-After %s", (_name, retryAfter, until) => {
    const breaker = new Breaker();
    for (let i = 0; i < 9; i++) told(breaker, 0, { source: `s${i}` });
    expect(told(breaker, 0, { source: "last", retryAfter })).toEqual({ until, opens: 1 });
  });

  test("a Retry-After before the threshold counts from when it was said", () => {
    const breaker = new Breaker();
    told(breaker, 0, { retryAfter: 60 });
    let change: unknown;
    for (let i = 0; i < 9; i++) change = told(breaker, 20_000, { source: `s${i}` });
    expect(change).toEqual({ until: 60_000, opens: 1 });
  });

  test("each failed probe doubles it, up to ten minutes", () => {
    const { breaker } = fed(10, 5);
    let now = 10_000;
    const lengths: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect(breaker.admit(HOST, now)).toEqual({ admitted: true, probe: true });
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
    expect(breaker.admit(HOST, 10_000)).toEqual({ admitted: true, probe: true });
    expect(breaker.admit(HOST, 10_001)).toEqual({ admitted: false, retryAfter: 1 });
    expect(told(breaker, 10_002, { failed: false, probe: true })).toBeNull();
    expect(breaker.admit(HOST, 10_003)).toEqual({ admitted: true, probe: false });
    // From scratch: what failed before is forgotten.
    expect(told(breaker, 10_004)).toBeUndefined();
  });

  test("one that is never heard of again is lost after a minute", () => {
    const { breaker } = fed(10, 5);
    breaker.admit(HOST, 10_000);
    expect(breaker.admit(HOST, 69_999).admitted).toBe(false);
    expect(breaker.admit(HOST, 70_000)).toEqual({ admitted: true, probe: true });
  });

  test("one that was abandoned makes room at once", () => {
    const { breaker } = fed(10, 5);
    breaker.admit(HOST, 10_000);
    breaker.abandon(HOST);
    expect(breaker.admit(HOST, 10_001)).toEqual({ admitted: true, probe: true });
  });
});

describe("what others found out", () => {
  test("an open breaker is taken over, and probed in its time", () => {
    const breaker = new Breaker();
    breaker.absorb(HOST, { until: 5_000, opens: 3 }, 0);
    expect(isOpen(breaker, 4_999)).toBe(true);
    expect(breaker.admit(HOST, 5_000)).toEqual({ admitted: true, probe: true });
    expect(told(breaker, 5_000, { probe: true })).toEqual({ until: 85_000, opens: 4 });
  });

  test("one that is over, or older than ours, is not", () => {
    const breaker = new Breaker();
    breaker.absorb(HOST, { until: 5_000, opens: 1 }, 5_000);
    expect(breaker.size).toBe(0);
    const { breaker: open } = fed(10, 5);
    open.absorb(HOST, { until: 5_000, opens: 1 }, 0);
    expect(isOpen(open, 9_999)).toBe(true);
  });

  test("nobody can shut a host for longer than the rules do", () => {
    const breaker = new Breaker();
    breaker.absorb(HOST, { until: 1e15, opens: 1 }, 0);
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
    expect(open.admit(HOST, 0)).toEqual({ admitted: false, retryAfter: 600 });
  });

  test("forward: the breaker is due for a probe", () => {
    const { breaker } = fed(10, 5);
    expect(breaker.admit(HOST, 1e12)).toEqual({ admitted: true, probe: true });
  });
});

test("memory is bounded: the host longest unheard of is forgotten", () => {
  const breaker = new Breaker({ ...BREAKER, maxHosts: 3 });
  for (const host of ["a", "b", "c", "a", "d"]) {
    breaker.record(host, { source: "s", failed: true, retryAfter: null, probe: false }, 0);
  }
  expect(breaker.size).toBe(3);
  // `b` went, `a` was heard of again: nine more failures open `a` and not `b`.
  for (const host of ["a", "b"]) {
    for (let i = 0; i < 8; i++) {
      breaker.record(host, { source: `t${i}`, failed: true, retryAfter: null, probe: false }, 0);
    }
  }
  expect([breaker.admit("a", 1).admitted, breaker.admit("b", 1).admitted]).toEqual([false, true]);
});
