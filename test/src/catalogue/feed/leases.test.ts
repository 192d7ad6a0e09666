/** What happens to the leases of one host, step by step. */
import { describe, expect, test } from "vitest";
import { type HostRecord, newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import {
  chunkRows,
  cutAt,
  isLastTry,
  isPoison,
  withBegun,
  withChunk,
  withExpired,
  withJoined,
  withReport,
  withSent,
} from "../../../../src/catalogue/feed/leases.ts";
import type { Report, Trouble } from "../../../../src/catalogue/feed/port.ts";
import { BACKOFF, timingOf } from "../../../../src/catalogue/feed/timing.ts";
import { jobPace } from "../../../../src/catalogue/jobPace.ts";

const TIMING = timingOf(60, 1_800);
const PACE = jobPace(null, 1_000);
const NOW = 1_000_000;
const entry = { host: "a.test", first: 0, parts: 1, pictures: 1_000 };
const host = (over: Partial<HostRecord> = {}): HostRecord => ({
  ...newHost("r", 0, "0".repeat(16), entry, 1, NOW),
  partRows: 1_000,
  ...over,
});
const report = (from: number, to: number, upTo: number, trouble: Trouble | null = null): Report => ({
  ...{ from, to, upTo, counts: { stored: upTo - from }, reasons: {}, bytesIn: 0, bytesStored: 0, operations: {} },
  ...{ elapsedMs: 60_000, lastStartMs: 0, trouble },
});
const ranges = ({ leases }: HostRecord) => leases.map(({ from, to, state }) => `${from}-${to} ${state}`);

/** A host with its first chunk begun. */
function begun(over: Partial<HostRecord> = {}, now = NOW) {
  const { record } = withSent(withChunk(host(over), TIMING, now), TIMING, now);
  const [lease] = record.leases;
  if (lease === undefined) throw new Error("no lease");
  return withBegun(record, lease, 1, TIMING, now);
}

describe("a chunk", () => {
  test.each([
    [0.01, null, 10],
    [1, null, 60],
    [1.01, null, 70],
    [5, null, 100],
    [5, NOW, 10],
    [5, NOW - BACKOFF.giveUpMs, 100],
  ])("of a host with %s a second, in trouble since %s, has %s rows", (rate, troubledSince, rows) => {
    expect(chunkRows(host({ rate, troubledSince }), TIMING, NOW)).toBe(rows);
  });

  test("is cut up to the end of a part, and the cursor goes to the next one", () => {
    const last = withChunk(host({ row: 990 }), TIMING, NOW);
    expect([ranges(last), last.part, last.row, last.partRows]).toEqual([["990-1000 unsent"], 1, 0, null]);
  });

  test("the next one is sent shortly before the one under way ends", () => {
    const { record } = begun();
    expect(cutAt(record, PACE)).toBe(NOW + 60_000 - 5_000);
    expect(cutAt(withChunk(record, TIMING, NOW), PACE)).toBe(Number.POSITIVE_INFINITY);
  });

  test("that nobody begins comes again with a higher number, and so does one that nobody reports", () => {
    const { record, sent } = withSent(withChunk(host(), TIMING, NOW), TIMING, NOW);
    expect(sent.map(({ attempt }) => attempt)).toEqual([1]);
    expect(withExpired(record, NOW + TIMING.sentMs - 1)).toBe(record);
    const again = withSent(withExpired(record, NOW + TIMING.sentMs), TIMING, NOW + TIMING.sentMs);
    expect(again.sent.map(({ attempt, from, to }) => [attempt, from, to])).toEqual([[2, 0, 60]]);
    const late = withExpired(begun().record, NOW + TIMING.workMs);
    expect([ranges(late), late.leases[0]?.crashes]).toEqual([["0-60 unsent"], 0]);
  });

  test("that crashes its workers is divided until one row is left, which is given up", () => {
    let { record, lease } = begun();
    const sizes: number[] = [];
    for (let delivery = 2; !isPoison(lease); delivery++) {
      ({ record, lease } = withBegun(record, lease, delivery, TIMING, NOW));
      sizes.push(lease.to - lease.from);
    }
    expect(sizes).toEqual([60, 30, 15, 7, 3, 1, 1, 1].slice(0, sizes.length));
    expect([lease.from, lease.to]).toEqual([0, 1]);
    const rows = record.leases.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(rows).toBe(60);
  });

  test("that was divided is done at once when a slow worker reports all of it", () => {
    const first = begun();
    const second = withBegun(first.record, first.lease, 2, TIMING, NOW);
    const third = withBegun(second.record, second.lease, 3, TIMING, NOW);
    expect(third.record.leases).toHaveLength(2);
    const joined = withJoined(third.record, third.lease, 60);
    expect([joined.lease.to, joined.record.leases.length]).toEqual([60, 1]);
    expect(withReport(joined.record, joined.lease, report(0, 60, 60), PACE, NOW).leases).toEqual([]);
    // One of its pieces has been done meanwhile: the report would count that twice.
    const [, piece] = third.record.leases;
    const rest = { ...third.record, leases: third.record.leases.filter((one) => one !== piece) };
    expect(withJoined(rest, third.lease, 60).lease.to).toBe(30);
  });
});

describe("a report", () => {
  test("of a part of the chunk leaves the rest leased", () => {
    const { record, lease } = begun();
    const after = withReport(record, lease, report(0, 60, 25), PACE, NOW);
    expect([ranges(after), after.tally.done, after.tally.counts]).toEqual([["25-60 unsent"], 25, { stored: 25 }]);
  });

  test("of a host that is down puts it off, longer each time, until it has failed for a day", () => {
    const down: Trouble = { kind: "down", reason: "source_timeout", waitMs: null };
    let record = host();
    const waits: number[] = [];
    for (let i = 0, now = NOW; i < 9; i++) {
      const one = begun({ ...record, leases: [], part: 0, row: 0, partRows: 1_000 }, now);
      record = withReport(one.record, one.lease, report(0, one.lease.to, 0, down), PACE, now);
      waits.push((record.notBefore - now) / 1_000);
      now = record.notBefore;
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    expect(isLastTry(record, NOW + BACKOFF.giveUpMs - 1)).toBe(false);
    expect(isLastTry(record, NOW + BACKOFF.giveUpMs)).toBe(true);
  });

  test.each<[string, Trouble, Partial<HostRecord>]>([
    [
      "a 429 halves the pace",
      { kind: "refused", reason: "source_refused", waitMs: null },
      { slow: 2, notBefore: NOW + 30_000 },
    ],
    [
      "Retry-After is kept to",
      { kind: "refused", reason: "source_refused", waitMs: 90_000 },
      { notBefore: NOW + 90_000 },
    ],
    [
      "a governor's word is no fault of the host",
      { kind: "saturated", reason: "source_saturated", waitMs: 40_000 },
      { slow: 1, troubledSince: null, notBefore: NOW + 40_000 },
    ],
    [
      "nor is a store that fails",
      { kind: "stores", reason: null, waitMs: null },
      { slow: 1, troubledSince: null, notBefore: NOW + 15_000 },
    ],
  ])("%s", (_, trouble, expected) => {
    const { record, lease } = begun();
    expect(withReport(record, lease, report(0, 60, 0, trouble), PACE, NOW)).toMatchObject(expected);
  });

  test("without trouble raises the pace again", () => {
    const { record, lease } = begun({ slow: 2, troubledSince: NOW - 5, setbacks: 3 });
    expect(withReport(record, lease, report(0, 10, 10), PACE, NOW)).toMatchObject({
      slow: 1.6,
      troubledSince: null,
      setbacks: 0,
    });
  });
});
