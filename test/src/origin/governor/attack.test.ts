import { describe, expect, test } from "vitest";
import { Governor } from "../../../../src/origin/governor/governor.ts";
import type { GovernorAnswer, GovernorCall, Politeness, SeenAnswer } from "../../../../src/origin/governor/port.ts";
import type { HostRecord } from "../../../../src/origin/governor/record.ts";
import { paceWindow } from "../../../../src/origin/governor/startLog.ts";
import { randomFrom } from "./simulation.ts";

/** Callers that keep to nothing: numbers that are none, tickets and ids of others, calls out of order, any clock. */
describe("whatever callers say", () => {
  const seeds = process.env.FIRSTLIGHT_LONG === "1" ? 150 : 5;
  test.each(Array.from({ length: seeds }, (_, i) => i + 1))("seed %i", (seed) => {
    const random = randomFrom(seed * 31_337);
    const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const odd = () => one([0, 1, 5, 100, -1, 1e9, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5]);
    const rule: Politeness = {
      concurrency: one([1, 2, 4]),
      perSecond: one([0.5, 2, 10, null]),
      bytesPerSecond: one([50_000, 1_000_000, null]),
      perDay: one([30, null]),
    };
    let wall = 1_700_000_000_000;
    let governor = new Governor<number>(null, wall);
    let disk: string | null = null;
    const ids: string[] = [];
    const waiting = new Map<number, number>();
    let serial = 0;
    const deliver = () => {
      const { answers, againInMs, changed } = governor.step(wall);
      if (changed) disk = JSON.stringify(governor.record);
      for (const { key, answer } of answers) {
        // Each call is answered once.
        expect(waiting.delete(key)).toBe(true);
        check(answer);
        ids.push(...answer.grants.map(({ id }) => id));
      }
      expect(waiting.size).toBe(governor.waiting);
      if (waiting.size > 0) expect(againInMs).not.toBeNull();
      if (againInMs !== null) expect(againInMs).toBeGreaterThanOrEqual(1);
      checkRecord(governor.record, rule);
    };
    for (let i = 0; i < 150; i++) {
      const call: GovernorCall = {
        isolate: one(["a", "b", "c"]),
        call: one([serial, serial, 1, odd()]),
        region: "enam",
        rule,
        tripMs: one([0, 5, 80, odd()]),
        waitMs: one([0, 500, 5_000, odd()]),
        wants: Array.from({ length: Math.floor(random() * 4) }, () => ({
          ticket: one([`t${serial++}`, "t1", "t2"]),
          kind: one(["user", "warm", "job"] as const),
          waitedMs: one([0, 100, odd()]),
          ...(random() < 0.3 && { bytes: odd() }),
          ...(random() < 0.3 && { ahead: one([true, false]) }),
        })),
        releases: Array.from({ length: Math.floor(random() * 3) }, () => ({
          id: one([...ids.slice(-6), "nobody's", null]) ?? null,
          answer: one<SeenAnswer>([
            ...(["ok", "failed", "unused"] as const).map((kind) => ({ kind })),
            { kind: "refused", retryAfter: one([1, null, odd()]) },
          ]),
          received: Array.from({ length: Math.floor(random() * 4) }, () => one([1_000, 50_000, odd()])),
        })),
        renewals:
          random() < 0.2 ? [{ id: one([...ids.slice(-4), "nobody's"]) ?? "", received: [odd()], bytes: odd() }] : [],
      };
      waiting.set(i, wall);
      governor.take(i, call, wall);
      deliver();
      wall += one([0, 1, 20, 300, 2_000]);
      if (random() < 0.05) wall -= Math.floor(random() * 100_000);
      if (random() < 0.02) wall += Math.floor(random() * 7_200_000);
      if (random() < 0.05) {
        governor = new Governor<number>(disk === null ? null : (JSON.parse(disk) as HostRecord), wall);
        waiting.clear();
      }
    }
    // Whoever waits is answered when the time is over; nobody waits longer than a minute.
    for (let i = 0; i < 70 && waiting.size > 0; i++) {
      wall += 1_000;
      deliver();
    }
    expect(waiting.size).toBe(0);
  });
});

function check({ heldMs, grants, refusals, renewed, governedMs }: GovernorAnswer): void {
  const times = [heldMs, governedMs, ...refusals.map(({ waitMs }) => waitMs)];
  for (const grant of grants) times.push(grant.startInMs, grant.leaseMs, grant.bytes ?? 0);
  for (const { leaseMs, bytes } of renewed) times.push(leaseMs, bytes ?? 0);
  expect(times.filter((ms) => !(Number.isFinite(ms) && ms >= 0))).toEqual([]);
}

/** What is on disk is what is in memory, and within the rule. */
function checkRecord(record: HostRecord, { concurrency, perSecond }: Politeness): void {
  expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  expect(JSON.stringify(record).length).toBeLessThan(20_000);
  const { leases, starts } = record;
  const tickets = leases.map(({ isolate, ticket }) => `${isolate} ${ticket}`);
  expect(new Set(tickets).size).toBe(tickets.length);
  expect(leases.length).toBeLessThanOrEqual(concurrency ?? 1_000);
  const window = paceWindow(perSecond ?? 1_000);
  const close = starts.filter(
    (at, i) => (starts[i + window.starts] ?? Number.POSITIVE_INFINITY) - at < window.windowMs,
  );
  expect(close).toEqual([]);
}
