import { describe, expect, test } from "vitest";
import { Counts } from "../../../warmer/observe/counts.ts";
import { FailureSummary } from "../../../warmer/observe/log.ts";
import { DedupTable } from "../../../warmer/queue/dedupTable.ts";
import type { PushBatch } from "../../../warmer/queue/pushBatch.ts";
import { RegionQueue } from "../../../warmer/queue/regionQueue.ts";
import { keptLog } from "../../support/warmer.ts";

const WEBP = 0;
const AVIF = 1;

function make(options: Partial<{ capacity: number; limit: number; waitMs: number }> = {}) {
  const counts = new Counts();
  const keys = new DedupTable(1000, 30_000, 0);
  const failures = new FailureSummary();
  const clock = { wall: () => 0, steady: () => 0, precise: () => 0, idle: () => 0 };
  const context = { counts, keys, clock, log: keptLog() };
  const queue = new RegionQueue({ capacity: 16, limit: 3, waitMs: 5, maxAgeMs: 50, ...options }, context, failures);
  let lastKey = 0;
  return {
    counts,
    keys,
    failures,
    queue,
    add: (path: string, now: number, expiry = now + 50, format = WEBP, key = ++lastKey) =>
      queue.add(format, path, expiry, key, 1, now),
    next: (now: number, flushing = false): readonly string[] | undefined => queue.next(now, now, flushing)?.paths,
  };
}

/** What the map of the regions has named: beside the three formats. */
const WEBP_BY_MAP = 3;

describe("while the edge brings pushes by the fixed table to two regions", () => {
  const take = (limit: number, two: boolean, format: number) => {
    const { queue, add, next } = make({ limit });
    queue.useTwoRegions(two);
    const full = [1, 2, 3, 4, 5, 6].map((n) => add(`/${n}`, 0, 50, format).isDue(0)).indexOf(true) + 1;
    return [full, next(0)?.length];
  };
  test.each([
    ["three hints fill a push", 5, true, WEBP, 3],
    ["five do otherwise", 5, false, WEBP, 5],
    ["a smaller WARM_BATCH stays", 2, true, WEBP, 2],
    ["pushes by the map are not concerned", 5, true, WEBP_BY_MAP, 5],
  ] as const)("%s", (_, limit, two, format, hints) => {
    expect(take(limit, two, format)).toEqual([hints, hints]);
  });
  test("afterwards pushes are as full as before", () => {
    const { queue, add, next } = make({ limit: 5 });
    queue.useTwoRegions(true);
    queue.useTwoRegions(false);
    for (const n of [1, 2, 3, 4, 5]) add(`/${n}`, 0);
    expect(next(0)).toHaveLength(5);
  });
});

describe("when a push is due", () => {
  test("a single hint waits for others, to the millisecond", () => {
    const { add, next, queue } = make();
    add("/a", 100);
    expect(queue.due).toBe(105);
    expect(next(104)).toBeUndefined();
    expect(next(105)).toEqual(["/a"]);
    expect(queue.due).toBe(Number.POSITIVE_INFINITY);
  });
  test("a full push is due at once, in order", () => {
    const { add, next } = make();
    expect([add("/a", 0), add("/b", 0), add("/c", 0)].map((key) => key.isDue(0))).toEqual([true, true, true]);
    expect(next(0)).toEqual(["/a", "/b", "/c"]);
  });
  test("the hints beyond one push are due at their own time", () => {
    const { add, next } = make();
    for (const [now, path] of [
      [0, "/a"],
      [0, "/b"],
      [1, "/c"],
      [2, "/d"],
    ] as const)
      add(path, now);
    expect(next(2)).toEqual(["/a", "/b", "/c"]);
    expect(next(6)).toBeUndefined();
    expect(next(7)).toEqual(["/d"]);
  });
  test("a hint that is about to be too old does not wait, and takes the others along", () => {
    const { add, next } = make();
    add("/young", 0, 50);
    add("/old", 0, 3);
    expect(next(0)).toBeUndefined();
    expect(next(1)).toEqual(["/young", "/old"]);
  });
  test("waitMs 0 and limit 1: each hint alone, at once", () => {
    const { add, next } = make({ limit: 1, waitMs: 0 });
    add("/a", 0);
    add("/b", 0);
    expect([next(0), next(0), next(0)]).toEqual([["/a"], ["/b"], undefined]);
  });
  test("formats are separate", () => {
    const { add, next, queue } = make();
    add("/a", 0);
    add("/a", 1, 51, AVIF);
    const first = queue.next(6, 6, false) as PushBatch;
    expect([first.format, first.paths]).toEqual([WEBP, ["/a"]]);
    expect(next(6)).toEqual(["/a"]);
  });
  test("flushing: everything that waits is due", () => {
    const { add, next } = make();
    add("/a", 0);
    expect(next(0, true)).toEqual(["/a"]);
  });
});

describe("hints that end in the queue", () => {
  test("too old at the push: dropped, and its key is not inserted", () => {
    const { add, next, counts, keys } = make();
    add("/a", 0, 50, WEBP, 7);
    expect(next(51)).toBeUndefined();
    expect(counts.oldAtPush).toBe(1);
    expect(keys.has(7, 1, 51)).toBe(false);
  });
  test("exactly at the limit: still pushed", () => {
    const { add, next, counts } = make();
    add("/a", 0, 50);
    expect(next(50)).toEqual(["/a"]);
    expect(counts.oldAtPush).toBe(0);
  });
  test("the same key twice: the second is a duplicate once the first is taken", () => {
    const { add, next, counts } = make();
    add("/a", 0, 50, WEBP, 7);
    add("/a", 0, 50, WEBP, 7);
    expect(next(5)).toEqual(["/a"]);
    expect(counts.duplicate).toBe(1);
  });
  test("above capacity, the oldest hint is dropped", () => {
    const { add, next, counts } = make({ capacity: 2, limit: 20 });
    for (const path of ["/a", "/b", "/c"]) add(path, 0);
    expect(counts.overflow).toBe(1);
    expect(next(5)).toEqual(["/b", "/c"]);
  });
  test("20 000 hints through a capacity of 16 keep their order and are counted", () => {
    const { add, next, counts } = make();
    const out: string[] = [];
    for (let n = 0; n < 20_000; n++) {
      add(`/${n}`, n, n + 50);
      if (n % 7 === 0) out.push(...(next(n) ?? []));
    }
    while (counts.overflow + out.length < 20_000) out.push(...(next(20_000, true) ?? []));
    expect(out.map((path) => Number(path.slice(1)))).toEqual(
      [...out.map((path) => Number(path.slice(1)))].sort((a, b) => a - b),
    );
    expect(counts.overflow).toBeGreaterThan(1_000);
  });
  test("a failed batch removes its keys; a released one keeps them", () => {
    const { add, queue, counts, keys } = make();
    add("/a", 0, 50, WEBP, 7);
    queue.fail(queue.next(5, 5, false) as PushBatch);
    expect([counts.failed, keys.has(7, 1, 5)]).toEqual([1, false]);
    add("/a", 5, 55, WEBP, 7);
    queue.release(queue.next(10, 10, false) as PushBatch);
    expect([counts.failed, keys.has(7, 1, 10)]).toEqual([1, true]);
  });
  test("a retry goes first, without the hints that became too old", () => {
    const { add, queue, next, counts, keys, failures } = make();
    add("/old", 0, 20, WEBP, 7);
    add("/young", 0, 60, WEBP, 8);
    const batch = queue.next(5, 5, false) as PushBatch;
    add("/other", 10, 60);
    queue.retry(batch, "status 503");
    expect(queue.waiting).toBe(3);
    expect(next(21)).toEqual(["/young"]);
    expect([counts.failed, counts.retries, batch.attempt]).toEqual([1, 1, 1]);
    expect([keys.has(7, 1, 21), keys.has(8, 1, 21)]).toEqual([false, true]);
    expect(next(21)).toEqual(["/other"]);
    const reason = "too old to be tried again after status 503";
    expect(failures.take(21)).toEqual({ reason, pushes: 0, hints: 1 });
  });
  test("a retry that is too late is not sent", () => {
    const { add, queue, next, counts, failures } = make();
    add("/a", 0, 20);
    queue.retry(queue.next(5, 5, false) as PushBatch, "stream reset");
    expect(next(21)).toBeUndefined();
    expect([counts.failed, counts.retries]).toEqual([1, 0]);
    const reason = "too old to be tried again after stream reset";
    expect(failures.take(21)).toEqual({ reason, pushes: 0, hints: 1 });
  });
  test("a retry in time, to the millisecond, is no failure", () => {
    const { add, queue, next, counts, failures } = make();
    add("/a", 0, 20);
    queue.retry(queue.next(5, 5, false) as PushBatch, "stream reset");
    queue.dropExpired(20);
    expect(next(20)).toEqual(["/a"]);
    expect([counts.failed, counts.retries, failures.take(20)]).toEqual([0, 1, undefined]);
  });
  test("retries without a free connection end when they are too old; the others keep their order", () => {
    const { add, queue, next, counts, keys, failures } = make({ limit: 1 });
    for (const [path, expiry, key] of [
      ["/a", 60, 7],
      ["/b", 20, 8],
      ["/c", 60, 9],
    ] as const)
      add(path, 0, expiry, WEBP, key);
    const batches = [0, 1, 2].map(() => queue.next(5, 5, false) as PushBatch);
    for (const batch of batches) queue.retry(batch, "status 500");
    queue.dropExpired(21);
    expect([counts.failed, queue.waiting, keys.has(8, 1, 21)]).toEqual([1, 2, false]);
    expect(failures.take(21)).toEqual({ reason: "too old to be tried again after status 500", pushes: 0, hints: 1 });
    expect([next(21), next(21), next(21)]).toEqual([["/a"], ["/c"], undefined]);
  });
  test("when the region goes down, its retries fail and are reported", () => {
    const { add, queue, counts, failures } = make();
    add("/a", 0);
    add("/b", 0);
    queue.retry(queue.next(5, 5, false) as PushBatch, "ECONNRESET");
    queue.shed("regionDown");
    expect([counts.failed, counts.regionDown]).toEqual([2, 0]);
    expect(failures.take(5)).toEqual({ reason: "not tried again after ECONNRESET", pushes: 0, hints: 2 });
  });
  test("when the region goes down, waiting hints are counted as that", () => {
    const { add, queue, counts } = make();
    add("/a", 0);
    add("/b", 0, 50, AVIF);
    queue.shed("regionDown");
    expect([counts.regionDown, queue.waiting, queue.due]).toEqual([2, 0, Number.POSITIVE_INFINITY]);
  });
  test("our clock is set back by an hour: waiting hints are dropped instead of waiting an hour", () => {
    const { add, queue, next, counts } = make();
    const hour = 3_600_000;
    add("/a", hour);
    queue.dropExpired(0);
    expect([counts.oldAtPush, queue.waiting, queue.due]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
    add("/b", hour);
    expect(next(0, true)).toBeUndefined();
    expect(counts.oldAtPush).toBe(2);
  });
  test("dropExpired drops old hints that wait for a connection", () => {
    const { add, queue, counts } = make();
    add("/a", 0, 20);
    add("/b", 10, 60);
    queue.dropExpired(21);
    expect([counts.oldAtPush, queue.waiting]).toEqual([1, 1]);
  });
});
