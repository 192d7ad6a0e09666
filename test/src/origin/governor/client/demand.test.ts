/** Isolates under demand: what the source sees, what is left unused, and how many calls it takes. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PriorityLevel } from "../../../../../src/concurrency/priority.ts";
import type { Politeness } from "../../../../../src/origin/governor/port.ts";
import { Isolate, localGovernor, rule, type Shape, Source } from "./isolates.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An isolate's first calls are more: it does not know yet how long it waits. */
const WARM_UP_MS = 10_000;
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
});
