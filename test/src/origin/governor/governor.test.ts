import { describe, expect, test } from "vitest";
import { type Behaviour, Clock, Host, Isolate, randomFrom, Source } from "./simulation.ts";

const WIKIMEDIA = { concurrency: 2, perSecond: 10, bytesPerSecond: 3_125_000, perDay: null };
const SECONDS = 40;

/** Four isolates with readers, pushes and a job; one is killed, the governor is restarted. */
function run(does: Partial<Behaviour>, seed: number, faults = true) {
  const clock = new Clock();
  const host = new Host(clock);
  const source = new Source();
  const behaviour: Behaviour = {
    ...{ rule: WIKIMEDIA, tripMs: 2, unevenMs: 10, demand: { user: 4, warm: 2, job: 2 }, waitMs: 10_000 },
    ...{ size: () => 100_000, ms: () => 80 },
    ...does,
  };
  const random = randomFrom(seed);
  const isolates = ["a", "b", "c", "d"].map((name) => new Isolate(name, clock, host, source, behaviour, random));
  for (const isolate of isolates) isolate.pump();
  if (faults) clock.in(10_000, () => isolates[0]?.kill());
  if (faults) clock.in(20_000, () => host.restart());
  clock.runFor(SECONDS * 1000);
  return { clock, host, source, isolates };
}

const LOADS = [
  {
    name: "slots bind",
    does: { size: () => 20_000, ms: () => 400 },
    used: (s: Source, now: number) => s.busyMs(now) / (SECONDS * 2_000),
  },
  {
    name: "pace binds",
    does: { size: () => 20_000, ms: () => 90 },
    used: (s: Source) => s.starts.length / (SECONDS * 10),
  },
  {
    name: "bytes bind",
    does: { size: (r: () => number) => 500_000 + r() * 900_000, ms: (n: number) => n / 6_000 },
    used: (s: Source) => s.bytes.reduce((sum, { amount }) => sum + amount, 0) / (SECONDS * 3_125_000),
  },
] as const;

describe("the governor of a host with 2 slots, 10 starts a second and 25 Mbit/s", () => {
  for (const { name, does, used } of LOADS) {
    test(`${name}: no limit is ever exceeded, and it is used by nine tenths`, () => {
      const { clock, source, host, isolates } = run(does, 1);
      console.log(
        name,
        used(source, clock.now),
        source.mostOpen,
        source.mostStarts(1000),
        source.mostBytes(10000) / 31250000,
        source.starts.length,
        host.calls,
        host.writes,
        isolates.map((i) => i.made),
      );
      expect(source.mostOpen).toBeLessThanOrEqual(2);
      expect(source.mostStarts(1_000)).toBeLessThanOrEqual(10);
      expect(source.mostBytes(10_000)).toBeLessThanOrEqual(31_250_000);
      expect(used(source, clock.now)).toBeGreaterThanOrEqual(0.9);
    });
  }
});
