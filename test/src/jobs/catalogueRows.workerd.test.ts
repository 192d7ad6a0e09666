/** The rows of a chunk: tried in their place, stopped when the host is not well, and never with a gap. */
import { describe, expect, test, vi } from "vitest";
import type { ManifestRow } from "../../../src/catalogue/manifestRow.ts";
import { Failure, type Reason } from "../../../src/errors.ts";
import { Pacer } from "../../../src/jobs/catalogue/pacer.ts";
import { type RowsOrder, TRIES, type Tried, workRows } from "../../../src/jobs/catalogue/rows.ts";
import { outcome } from "../../support/catalogue.ts";

const rows = (count: number): ManifestRow[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${i}`, url: `https://a.test/${i}` }));
const done = (row: ManifestRow): Tried => ({ kind: "done", outcome: outcome({ id: row.id, url: row.url }) });
const again = (row: ManifestRow, reason: Reason, facts = {}): Tried => ({
  kind: "again",
  failure: new Failure(reason, facts),
  outcome: outcome({ id: row.id, url: row.url, status: "failed", reason, rendition: null }),
});

/** Works through rows without waiting; `answers` gives a row's answer by its identifier, else it is made. */
async function work(
  answers: (row: ManifestRow, tries: number) => Tried | undefined,
  over: Partial<RowsOrder["work"]> = {},
  list = rows(20),
) {
  const tried: string[] = [];
  let now = 0;
  const result = await workRows({
    rows: list,
    work: { concurrency: 3, workMs: 60_000, lastTry: false, attempt: 1, ...over },
    attempt: async (row, tries) => {
      tried.push(row.id);
      now += 100;
      return answers(row, tries) ?? done(row);
    },
    now: () => now,
    sleep: async (ms) => void (now += ms),
  });
  const ids = result.outcomes.map(({ id }) => id);
  expect(ids).toEqual(list.slice(0, ids.length).map(({ id }) => id));
  return { ...result, ids, tried, statuses: result.outcomes.map(({ status }) => status) };
}

describe("rows of a chunk", () => {
  test("all of them are done, each once", async () => {
    const { ids, tried, trouble } = await work(() => undefined);
    expect([ids.length, tried.length, trouble]).toEqual([20, 20, null]);
  });

  test("a picture that fails by itself is tried three times, and the others go on", async () => {
    const { statuses, tried, trouble } = await work((row) =>
      row.id === "4" ? again(row, "source_failed", { value: 500 }) : undefined,
    );
    expect([statuses[4], statuses.length, trouble]).toEqual(["failed", 20, null]);
    expect(tried.filter((id) => id === "4")).toHaveLength(TRIES.most);
  });

  test("one that comes at the second try is stored", async () => {
    const { statuses } = await work((row, tries) =>
      row.id === "4" && tries === 1 ? again(row, "source_broken") : undefined,
    );
    expect(statuses).toEqual(new Array(20).fill("stored"));
  });

  test.each<[string, Reason, object, string, number | null]>([
    ["a 429", "source_refused", { value: 429 }, "refused", null],
    ["a 429 with Retry-After", "source_refused", { value: 429, retryAfter: 90 }, "refused", 90_000],
    ["a 503 with Retry-After", "source_failed", { value: 503, retryAfter: 5 }, "refused", 5_000],
    ["an open breaker", "source_breaker_open", { retryAfter: 30 }, "down", null],
    ["a governor that gives nothing for an hour", "source_saturated", { retryAfter: 3_600 }, "saturated", 3_600_000],
    ["a governor that cannot be reached", "governor_unreachable", { retryAfter: 5 }, "saturated", 5_000],
  ])("%s stops the chunk at once", async (_, reason, facts, kind, waitMs) => {
    const { ids, trouble, tried } = await work((row) => (Number(row.id) >= 8 ? again(row, reason, facts) : undefined));
    expect(trouble).toEqual({ kind, reason, waitMs });
    expect(ids.length).toBe(8);
    expect(tried.length).toBeLessThanOrEqual(8 + 3);
  });

  test("three failures of the host in a row are a host that is down; two are not", async () => {
    const down = await work((row) => (Number(row.id) >= 5 ? again(row, "source_unreachable") : undefined));
    expect(down.trouble).toMatchObject({ kind: "down", reason: "source_unreachable" });
    expect([down.ids.length, down.tried.length <= 5 + 2 * 3]).toEqual([5, true]);
    const twice = await work((row, tries) =>
      ["5", "6"].includes(row.id) && tries === 1 ? again(row, "source_unreachable") : undefined,
    );
    expect([twice.trouble, twice.ids.length]).toEqual([null, 20]);
  });

  test.each([false, true])("an isolate that is too busy fails no picture; the last try: %s", async (lastTry) => {
    const { statuses, trouble } = await work(
      (row) => (Number(row.id) >= 5 || lastTry ? again(row, "queue_full") : undefined),
      { lastTry },
    );
    expect(trouble).toMatchObject({ kind: "saturated", reason: "queue_full", waitMs: null });
    expect(statuses).toEqual(new Array(lastTry ? 0 : 5).fill("stored"));
  });

  test("of a host that has failed for a day one picture is asked for, and all are failed", async () => {
    const { statuses, tried, trouble } = await work((row) => again(row, "source_unreachable"), { lastTry: true });
    expect([tried, statuses, trouble?.kind]).toEqual([["0"], new Array(20).fill("failed"), "dead"]);
  });

  test("a host that is back after a day is gone through", async () => {
    const { statuses, trouble } = await work(() => undefined, { lastTry: true });
    expect([statuses, trouble]).toEqual([new Array(20).fill("stored"), null]);
  });

  test("an address that is listed a hundred times is asked for once", async () => {
    const list = rows(100).map((row) => ({ ...row, url: "https://a.test/same" }));
    const { tried, statuses } = await work(() => undefined, {}, list);
    expect([tried.length, statuses[0], new Set(statuses.slice(1))]).toEqual([1, "stored", new Set(["present"])]);
  });

  test("what the time of the worker does not suffice for is left", async () => {
    const { ids, trouble } = await work(() => undefined, { workMs: 1_000 });
    expect(ids.length).toBeGreaterThanOrEqual(9);
    expect(ids.length).toBeLessThan(14);
    expect(trouble).toBeNull();
  });

  test("a row that uses up the time of three workers is failed", async () => {
    const answer = (row: ManifestRow) => (row.id === "0" ? again(row, "source_failed", { value: 500 }) : undefined);
    expect((await work(answer, { workMs: 900, concurrency: 1, attempt: 1 })).ids).toEqual([]);
    expect((await work(answer, { workMs: 900, concurrency: 1, attempt: 3 })).ids[0]).toBe("0");
  });

  test("a store that fails stops the chunk, and is no fault of the host", async () => {
    const { trouble, ids } = await work((row) => {
      if (row.id === "6") throw new Error("R2 is away");
      return undefined;
    });
    expect(trouble).toEqual({ kind: "stores", reason: null, waitMs: null });
    expect(ids.length).toBeLessThanOrEqual(6);
  });
});

describe("pacer", () => {
  test("requests leave evenly, and a late one pushes those after it", async () => {
    vi.useFakeTimers();
    const began = Date.now();
    const pacer = new Pacer(50, 40, () => Date.now());
    const times: number[] = [];
    const leave = async () => {
      await pacer.leave();
      times.push(Date.now() - began);
    };
    const first = [leave(), leave(), leave()];
    await vi.advanceTimersByTimeAsync(200);
    await Promise.all(first);
    const second = [leave(), leave()];
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(second);
    expect(times).toEqual([40, 60, 80, 200, 220]);
    expect(pacer.lastStartMs).toBe(80);
    vi.useRealTimers();
  });

  test("a worker at the slowest pace has ended before its lease has, and has done something", async () => {
    vi.useFakeTimers();
    for (const workMs of [210_000, 10_000]) {
      const began = Date.now();
      const pacer = new Pacer(1 / 64, 64_000, Date.now);
      let ended = 0;
      const working = workRows({
        rows: rows(10),
        work: { concurrency: 4, workMs, lastTry: false, attempt: 1 },
        attempt: async (row) => {
          await pacer.begin();
          return done(row);
        },
        ...{ now: Date.now, nextMs: () => pacer.nextMs, sleep: async () => {} },
      });
      void working.then(() => (ended = Date.now() - began));
      await vi.advanceTimersByTimeAsync(1_000_000);
      expect((await working).outcomes.length).toBeGreaterThanOrEqual(1);
      expect(ended).toBeLessThanOrEqual(Math.max(workMs, 64_000));
    }
    vi.useRealTimers();
  });

  test("without a pace nobody waits", async () => {
    const pacer = new Pacer(null, 0, () => performance.now());
    const began = performance.now();
    for (let i = 0; i < 100; i++) await pacer.begin();
    expect(performance.now() - began).toBeLessThan(100);
    expect(pacer.lastStartMs).toBeNull();
  });
});
