/** Requests that give up, or ask ahead and do without: their wishes and grants go to others, and no slot counts twice. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Priority, type PriorityLevel } from "../../../../../src/concurrency/priority.ts";
import { type Random, randomFrom } from "../simulation.ts";
import { Isolate, type LocalGovernor, localGovernor, rule, Source, sleep } from "./isolates.ts";

const SECONDS = 20;
const SEEDS = process.env.FIRSTLIGHT_LONG === "1" ? 400 : 12;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Calls take 2 to 32 ms each way, now and then up to 300: they come out of order. */
function uneven(port: LocalGovernor, random: Random): void {
  const ask = port.ask;
  const trip = () => sleep(2 + random() * (random() < 0.1 ? 300 : 30));
  port.ask = async (call) => {
    await trip();
    const answer = await ask(structuredClone(call));
    await trip();
    return structuredClone(answer);
  };
}

test.each(Array.from({ length: SEEDS }, (_, i) => i + 1))("no slot is used twice: seed %i", async (seed) => {
  const random = randomFrom(seed);
  const [port, source] = [localGovernor(), new Source()];
  uneven(port, random);
  const isolates = Array.from({ length: 3 }, () => new Isolate(port, rule({ concurrency: 2, perSecond: 10 }), source));
  const ends = Date.now() + SECONDS * 1_000;
  const exchange = async (isolate: Isolate, kind: PriorityLevel) => {
    const turn = isolate.turn(new Priority(kind));
    if (random() < 0.5) {
      turn.askAhead();
      await sleep(random() * 400);
      if (random() < 0.5) return turn.drop();
    }
    await isolate.exchange({ firstByteMs: 100 + random() * 700, bytes: 1_000, waitMs: 50 + random() * 2_500 }, turn);
  };
  const work = async (isolate: Isolate, kind: PriorityLevel) => {
    while (Date.now() < ends) await exchange(isolate, kind).catch(() => sleep(random() * 200));
  };
  for (const isolate of isolates)
    for (const kind of ["user", "user", "user", "user", "warm", "warm"] as const) void work(isolate, kind);
  await vi.advanceTimersByTimeAsync(SECONDS * 1_000);
  expect(source.most).toBeLessThanOrEqual(2);
  // Two slots, less than half a second each.
  expect(source.starts.length).toBeGreaterThan(SECONDS * 2);
  expect(port.calls.length / source.starts.length).toBeLessThan(4);
  // Nothing is left in the slots.
  await vi.advanceTimersByTimeAsync(10_000);
  const before = source.starts.length;
  for (const isolate of isolates.slice(0, 2)) void isolate.exchange({ firstByteMs: 5_000 });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(source.starts.length).toBe(before + 2);
});
