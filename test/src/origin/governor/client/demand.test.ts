/** Isolates under demand: what the source sees, what is left unused, and how many calls it takes. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PriorityLevel } from "../../../../../src/concurrency/priority.ts";
import type { Politeness } from "../../../../../src/origin/governor/port.ts";
import { randomFrom } from "../simulation.ts";
import { Isolate, localGovernor, rule, type Shape, Source, sleep } from "./isolates.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An isolate's first calls are more: it does not know yet how long it waits. */
const WARM_UP_MS = 10_000;
const FIRST_WINDOW_MS = 12_000;
const KINDS: readonly PriorityLevel[] = ["user", "user", "user", "warm", "job"];

/** `isolates` of them, each with six requests at any time. What the source has seen, and calls per miss after the warm-up. */
async function demand(limits: Partial<Politeness>, isolates: number, ms: number, shape: Shape) {
  const [port, source] = [localGovernor(5), new Source()];
  const all = Array.from({ length: isolates }, () => new Isolate(port, rule(limits), source));
  const ends = Date.now() + WARM_UP_MS + ms;
  const work = async (isolate: Isolate, kind: PriorityLevel) => {
    while (Date.now() < ends) await isolate.exchange({ ...shape, kind, waitMs: 120_000 });
  };
  const requests = all.flatMap((isolate) => [0, ...KINDS.keys()].map((i) => work(isolate, KINDS[i] ?? "user")));
  void Promise.allSettled(requests);
  const counted = () => [port.calls.length, all.reduce((sum, { done }) => sum + done, 0)] as const;
  await vi.advanceTimersByTimeAsync(WARM_UP_MS);
  const [callsBefore, doneBefore] = counted();
  await vi.advanceTimersByTimeAsync(ms);
  const [calls, done] = counted();
  const sent = source.bytes.reduce((sum, { amount }) => sum + amount, 0);
  return {
    source,
    perMiss: (calls - callsBefore) / (done - doneBefore),
    done,
    bytesPerSecond: (sent * 1000) / (WARM_UP_MS + ms),
  };
}

/**
 * Four isolates with more readers, pushes and jobs than can be served: each gives up after 10 s, and others come. Judged
 * from the second window on: the first one is filled at once.
 */
async function overload(limits: Partial<Politeness>, sizeOf: () => number, ms: number) {
  const [port, source] = [localGovernor(2), new Source()];
  const isolates = Array.from({ length: 4 }, () => new Isolate(port, rule(limits), source));
  const from = Date.now() + FIRST_WINDOW_MS;
  const work = async (isolate: Isolate, kind: PriorityLevel) => {
    while (Date.now() < from + ms) {
      const exchange = isolate.exchange({ kind, bytes: sizeOf(), firstByteMs: 50, bytesPerMs: 30_000, waitMs: 10_000 });
      await exchange.catch(() => sleep(100));
    }
  };
  for (const [i, isolate] of isolates.entries()) {
    for (let reader = 0; reader < 4; reader++) void work(isolate, "user");
    for (let push = 0; push < (i === 2 ? 0 : 5); push++) void work(isolate, "warm");
    if (i === 0) void work(isolate, "job");
  }
  await vi.advanceTimersByTimeAsync(FIRST_WINDOW_MS);
  const [callsBefore, startsBefore] = [port.calls.length, source.starts.length];
  await vi.advanceTimersByTimeAsync(ms);
  const perMiss = (port.calls.length - callsBefore) / (source.starts.length - startsBefore);
  const sent = source.bytes.filter(({ at }) => at >= from && at < from + ms);
  return { source, perMiss, bytesPerSecond: sent.reduce((sum, { amount }) => sum + amount, 0) / (ms / 1_000) };
}

describe("each limit binds in turn, is never passed, and is used", () => {
  const RULE = { concurrency: 2, perSecond: 10, bytesPerSecond: 3_125_000 };

  test.each([1, 4])("slots, with %i isolates", async (isolates) => {
    const { done, perMiss, source } = await demand(RULE, isolates, 10_000, { firstByteMs: 400, bytes: 1 });
    expect(source.most).toBe(2);
    expect(done / 20).toBeGreaterThan((2 / 0.401) * 0.9);
    expect(perMiss).toBeLessThanOrEqual(1.2);
  });

  test.each([1, 4])("pace, with %i isolates", async (isolates) => {
    const { done, perMiss, source } = await demand(RULE, isolates, 10_000, { firstByteMs: 60, bytes: 1 });
    expect(source.most).toBeLessThanOrEqual(2);
    expect(source.startsIn(1_000)).toBeLessThanOrEqual(10);
    expect(done / 20).toBeGreaterThan(10 * 0.9);
    expect(perMiss).toBeLessThanOrEqual(1.2);
  });

  test.each([1, 4])("bytes, with %i isolates", async (isolates) => {
    const shape = { firstByteMs: 40, bytes: 1_200_000, bytesPerMs: 20_000 };
    const { perMiss, source, bytesPerSecond } = await demand(RULE, isolates, 30_000, shape);
    expect(source.most).toBeLessThanOrEqual(2);
    expect(source.bytesIn(10_000)).toBeLessThanOrEqual(31_250_000);
    expect(bytesPerSecond).toBeGreaterThan(3_125_000 * 0.9);
    expect(perMiss).toBeLessThanOrEqual(1.2);
  });

  const random = randomFrom(15);
  test.each<readonly [string, () => number]>([
    ["1 MB", () => 1_000_000],
    ["3 MB", () => 3_000_000],
    ["100 kB to 1.9 MB", () => 100_000 + Math.round(random() * 1_800_000)],
  ])("bytes in pictures of %s, with more demand than can be served: they come in an even flow", async (_, sizeOf) => {
    const { perMiss, source, bytesPerSecond } = await overload(RULE, sizeOf, 40_000);
    expect(source.most).toBeLessThanOrEqual(2);
    expect(source.startsIn(1_000)).toBeLessThanOrEqual(10);
    expect(source.bytesIn(10_000)).toBeLessThanOrEqual(31_250_000);
    expect(bytesPerSecond).toBeGreaterThan(3_125_000 * 0.9);
    expect(perMiss).toBeLessThanOrEqual(1.2);
  });
});
