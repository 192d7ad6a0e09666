import { describe, expect, test } from "vitest";
import {
  afterAnswer,
  afterRefusal,
  governedFor,
  learntLimits,
  NO_REFUSALS,
  REFUSALS,
  type RefusalRecord,
} from "../../../../src/origin/governor/refusals.ts";

const T = 1_000_000_000;
/** Refusals in a row, each of an exchange that started after the last one was heard. */
function refused(times: number, retryAfter: number | null = 1): RefusalRecord {
  let record = NO_REFUSALS;
  for (let i = 0; i < times; i++) record = afterRefusal(record, retryAfter, T + i * 100, T + i * 100 + 50);
  return record;
}
const rate = (record: RefusalRecord, now = T + 10_000) => learntLimits(record, now)?.perSecond;

describe("a host without a rule", () => {
  test("that has never refused has no limits", () => {
    expect(learntLimits(NO_REFUSALS, T)).toBeNull();
    expect(governedFor(NO_REFUSALS, T)).toBe(0);
  });

  test.each([
    [1, 4, 4],
    [2, 2, 2],
    [3, 1, 1],
    [4, 0.5, 1],
    [5, 0.25, 1],
    [6, 0.125, 1],
    [7, REFUSALS.minRate, 1],
    [20, REFUSALS.minRate, 1],
  ])("%i refusals: %d starts a second, %i at a time", (times, perSecond, concurrency) => {
    expect(learntLimits(refused(times), T + 10_000)).toEqual({
      ...{ perSecond, concurrency, bytesPerSecond: null, perDay: null },
    });
  });

  test("refusals of exchanges that were under way count once", () => {
    const first = afterRefusal(NO_REFUSALS, 1, T, T + 50);
    const second = afterRefusal(first, 9, T + 49, T + 60);
    expect(rate(second)).toBe(4);
    expect(second.strikes).toBe(1);
    expect(second.closedUntil).toBe(T + 9_060);
    expect(rate(afterRefusal(first, 9, T + 50, T + 60))).toBe(2);
  });

  test("an answer raises it, every ten seconds at most, up to a bound", () => {
    const record = refused(2);
    const at = record.refusedAt + REFUSALS.raiseMs;
    expect(afterAnswer(record, at - 10, at - 1).rate).toBe(2);
    const raised = afterAnswer(record, at - 10, at);
    expect(raised.rate).toBe(2.5);
    expect(rate(raised, at)).toBe(2);
    expect(afterAnswer(raised, at, at + REFUSALS.raiseMs - 1).rate).toBe(2.5);
    let high = raised;
    for (let i = 1; i <= 100; i++) high = afterAnswer(high, at + i * 9_000, at + i * REFUSALS.raiseMs);
    expect(high.rate).toBe(REFUSALS.maxRate);
  });

  test("an answer to what started before the refusal says nothing", () => {
    const record = refused(1);
    expect(afterAnswer(record, record.refusedAt - 1, record.refusedAt + 60_000)).toBe(record);
  });

  test("it is forgotten an hour after the last refusal, and learnt anew", () => {
    const record = refused(3);
    const end = record.refusedAt + REFUSALS.forgetMs;
    expect(learntLimits(record, end - 1)).not.toBeNull();
    expect(governedFor(record, end - 1)).toBe(1);
    expect(learntLimits(record, end)).toBeNull();
    expect(governedFor(record, end)).toBe(0);
    expect(rate(afterRefusal(record, 1, 0, end), end)).toBe(REFUSALS.firstRate);
  });
});

describe("how long a refusal closes a host", () => {
  test.each([
    ["Retry-After, to the second", 17, 17_000],
    ["Retry-After 0", 0, 0],
    ["up to an hour", 86_400, 3_600_000],
    ["without Retry-After a moment", null, 1_000],
  ])("%s", (_, retryAfter, ms) => {
    expect(afterRefusal(NO_REFUSALS, retryAfter, T, T).closedUntil - T).toBe(ms);
  });

  test("without Retry-After longer each time, up to a minute; an answer ends that", () => {
    const closed = (times: number) => refused(times, null).closedUntil - refused(times, null).refusedAt;
    expect([1, 2, 3, 6, 7, 30].map(closed)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
    const record = refused(6, null);
    const calm = afterAnswer(record, record.refusedAt, record.refusedAt + 1);
    const next = afterRefusal(calm, null, record.refusedAt + 100_000, record.refusedAt + 100_000);
    expect(next.closedUntil - next.refusedAt).toBe(1_000);
  });

  test("a shorter time does not end a longer one", () => {
    const long = afterRefusal(NO_REFUSALS, 60, T, T);
    expect(afterRefusal(long, 1, T + 1, T + 1).closedUntil).toBe(T + 60_000);
  });
});
