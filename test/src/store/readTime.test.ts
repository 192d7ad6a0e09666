import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { timed } from "../../../src/store/readTime.ts";
import type { Overtaken } from "../../../src/store/tiers/tier.ts";
import { MAX_MS } from "../../../src/weather/report.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => vi.useRealTimers());

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

type Row = {
  readonly title: string;
  readonly read: (state: Overtaken) => Promise<unknown>;
  readonly told: readonly (readonly [string, number, boolean])[];
};

const bucket = (answerMs: number, hit: boolean, bodyMs: number) => async (state: Overtaken) => {
  await after(answerMs);
  state.onAnswer?.(hit);
  await after(bodyMs);
};

const ROWS: readonly Row[] = [
  { title: "a hit: until the answer, without the body", read: bucket(30, true, 50), told: [["region", 30, true]] },
  { title: "a miss", read: bucket(30, false, 0), told: [["region", 30, false]] },
  { title: "an answer at the limit's edge", read: bucket(MAX_MS - 1, false, 0), told: [["region", MAX_MS - 1, false]] },
  { title: "an answer that never comes", read: () => after(MAX_MS * 2), told: [["region", MAX_MS, false]] },
  {
    title: "a store that fails",
    read: async () => Promise.reject(new Error("down")),
    told: [["region", MAX_MS, false]],
  },
  {
    title: "a store that fails after its answer has answered",
    read: async (state) => {
      await bucket(30, true, 5)(state);
      throw new Error("down");
    },
    told: [["region", 30, true]],
  },
  { title: "no bucket: it does not say when it answers", read: () => after(30), told: [] },
];

describe("how long a read takes", () => {
  test.each(ROWS)("$title", async ({ read, told }) => {
    const seen: unknown[] = [];
    const onRead = (...args: readonly unknown[]) => void seen.push(args);
    const reading = timed("region", read, { aborted: false }, Date.now, onRead).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(MAX_MS * 3);
    await reading;
    expect(seen).toEqual(told);
  });

  test("a read that is overtaken on its way sees that, and is told of", async () => {
    const overtaken = { aborted: false };
    const seen: unknown[] = [];
    const read = async (state: Overtaken) => {
      await bucket(30, true, 0)(state);
      return state.aborted;
    };
    const reading = timed("primary", read, overtaken, Date.now, (...args) => void seen.push(args));
    overtaken.aborted = true;
    await vi.advanceTimersByTimeAsync(31);
    expect(await reading).toBe(true);
    expect(seen).toEqual([["primary", 30, true]]);
  });
});
