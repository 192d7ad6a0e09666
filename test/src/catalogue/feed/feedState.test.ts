/** Who may say what of a chunk, with two workers of the same rows. */
import { describe, expect, test } from "vitest";
import { FeedState } from "../../../../src/catalogue/feed/feedState.ts";
import { DAMAGED, newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import type { ChunkMessage, Report } from "../../../../src/catalogue/feed/port.ts";
import { newRun } from "../../../../src/catalogue/feed/runRecord.ts";
import { AGAIN_MS, DAMAGED_TRIES, QUEUED, timingOf } from "../../../../src/catalogue/feed/timing.ts";
import { jobPace } from "../../../../src/catalogue/jobPace.ts";
import { DEFAULT_SETTINGS } from "../../../../src/catalogue/run.ts";

const TIMING = timingOf(60, 1_800);
const HOST16 = "0".repeat(16);

const report = (upTo: number): Report => ({
  ...{ from: 0, to: 60, upTo, counts: {}, reasons: {}, bytesIn: 0, bytesStored: 0, operations: {} },
  ...{ elapsedMs: 60_000, lastStartMs: 0, trouble: null },
});

/** A chunk of 60 rows whose first worker was too slow, and whose second one is at work. */
function twoWorkers(): { feed: FeedState; first: ChunkMessage; second: ChunkMessage; now: number } {
  const run = newRun("r", DEFAULT_SETTINGS, { origin: "https://img.test", region: "weur" }, 0);
  const entry = { host: "a.test", first: 0, parts: 1, pictures: 1_000 };
  const host = { ...newHost("r", run.round, HOST16, entry, 1, 0), partRows: 1_000 };
  const options = { shard: 0, timing: TIMING, paceOf: () => jobPace(null, 1_000) };
  const feed = new FeedState(options, [{ ...run, listed: true }], [host]);
  const [first] = feed.step(0).messages;
  if (first === undefined) throw new Error("nothing was sent");
  feed.begin(first, 1, 0);
  const now = TIMING.workMs;
  const second = feed.step(now).messages.find(({ from }) => from === 0);
  if (second === undefined) throw new Error("nothing was sent again");
  expect(feed.begin(second, 1, now).kind).toBe("go");
  return { feed, first, second, now };
}

const stateOf = (feed: FeedState) => [...feed.hosts.values()][0]?.leases.find(({ from }) => from === 0)?.state;

test("a worker that was too slow and has done nothing does not take the rows from the next one", () => {
  const { feed, first, second, now } = twoWorkers();
  expect(feed.report(first, report(0), now + 1)).toBe(false);
  expect(stateOf(feed)).toBe("begun");
  expect(feed.report(second, report(60), now + 2)).toBe(true);
});

test("its rows count once, if it has written them in time", () => {
  const { feed, first, second, now } = twoWorkers();
  expect(feed.report(first, report(60), now + 1)).toBe(true);
  expect(feed.report(second, report(60), now + 2)).toBe(false);
});

test("the worker of today gives its rows back", () => {
  const { feed, second, now } = twoWorkers();
  expect(feed.report(second, report(0), now + 1)).toBe(true);
  expect(stateOf(feed)).toBe("unsent");
});

/** A feed with so many hosts of 1 000 pictures each. */
function feedOf(hosts: number): FeedState {
  const run = newRun("r", DEFAULT_SETTINGS, { origin: "https://img.test", region: "weur" }, 0);
  const records = Array.from({ length: hosts }, (_, i) => {
    const entry = { host: `${i}.test`, first: 0, parts: 1, pictures: 1_000 };
    return { ...newHost("r", run.round, `${i}`.padEnd(16, "x"), entry, 1, 0), partRows: 1_000 };
  });
  return new FeedState(
    { shard: 0, timing: TIMING, paceOf: () => jobPace(null, 1_000) },
    [{ ...run, listed: true, hosts }],
    records,
  );
}

test("the queue gets a few chunks at first, and further ones as workers begin, each host in its turn", () => {
  const feed = feedOf(QUEUED.least + 2);
  const first = feed.step(0).messages;
  expect(first).toHaveLength(QUEUED.least);
  expect(feed.step(1).messages).toEqual([]);
  expect(feed.nextAt).toBe(TIMING.sentMs);
  for (const message of first.slice(0, 2)) expect(feed.begin(message, 1, 2).kind).toBe("go");
  expect(feed.nextAt).toBeLessThanOrEqual(2);
  const second = feed.step(2).messages;
  expect(second.map(({ host16 }) => host16)).not.toContain(first[0]?.host16);
  expect(new Set([...first, ...second].map(({ host16 }) => host16)).size).toBe(QUEUED.least + 2);
});

test("chunks that the queue has lost make room when their leases end", () => {
  const feed = feedOf(QUEUED.least + 2);
  const lost = new Set(feed.step(0).messages.map(({ host16 }) => host16));
  const again = feed.step(TIMING.sentMs).messages;
  expect(again).toHaveLength(QUEUED.least);
  // Those that have waited go first.
  expect(again.slice(0, 2).some(({ host16 }) => lost.has(host16))).toBe(false);
});

test("a paused run sends nothing of what has waited, and all of it later", () => {
  const feed = feedOf(QUEUED.least + 2);
  const first = feed.step(0).messages;
  const [run] = feed.runs.values();
  if (run === undefined) throw new Error("no run");
  for (const message of first.slice(0, 2)) feed.begin(message, 1, 1);
  feed.putRun({ ...run, state: "paused" });
  expect(feed.step(2).messages).toEqual([]);
  feed.putRun(run);
  expect(feed.step(3).messages).toHaveLength(2);
});

describe("a part that cannot be read", () => {
  const KEY = `r/0/${"0".padEnd(16, "x")}`;

  /** Tries it so often, each time when the host is due again. Gives the feed and the time. */
  function triedTimes(times: number): { feed: FeedState; now: number } {
    const feed = feedOf(2);
    let now = 0;
    for (let i = 0; i < times; i++) {
      feed.damaged(KEY, now);
      now = feed.hosts.get(KEY)?.notBefore ?? now;
    }
    return { feed, now };
  }

  test("is tried again, after longer each time", () => {
    const { feed, now } = triedTimes(DAMAGED_TRIES - 1);
    expect(feed.hosts.get(KEY)).toMatchObject({ trouble: DAMAGED, unreadable: DAMAGED_TRIES - 1 });
    expect(now).toBe(AGAIN_MS * (2 ** (DAMAGED_TRIES - 1) - 1));
    expect(feed.runs.get("r")?.finished).toBe(0);
  });

  test("ends its host at the last try, and no other", () => {
    const { feed } = triedTimes(DAMAGED_TRIES);
    expect(feed.hosts.has(KEY)).toBe(false);
    expect([feed.hosts.size, feed.runs.get("r")?.finished]).toEqual([1, 1]);
    expect(feed.taken().finished).toMatchObject([{ trouble: DAMAGED }]);
  });

  test("is read in time: the host counts its tries anew", () => {
    const { feed } = triedTimes(DAMAGED_TRIES - 1);
    feed.openPart(KEY, 0, 1_000);
    feed.damaged(KEY, 0);
    expect(feed.hosts.get(KEY)?.unreadable).toBe(1);
  });

  test("is restored: the host goes on where it stopped, and is finished once", () => {
    const { feed, now } = triedTimes(DAMAGED_TRIES);
    feed.reopen(feed.taken().finished, now);
    expect(feed.runs.get("r")).toMatchObject({ finished: 0, endedAt: null });
    expect(feed.hosts.get(KEY)).toMatchObject({ trouble: null, unreadable: 0, notBefore: now });
    expect(feed.step(now).messages.map(({ host16 }) => host16)).toContain("0".padEnd(16, "x"));
  });

  test("a worker's report of damage counts as a try", () => {
    const { feed, second, now } = twoWorkers();
    const trouble = { kind: "damaged", reason: null, waitMs: null } as const;
    expect(feed.report(second, { ...report(0), trouble }, now + 1)).toBe(true);
    expect([...feed.hosts.values()][0]).toMatchObject({ unreadable: 1, trouble: DAMAGED });
  });
});

test("chunks of a paused run that the queue has lost take no room of another run for ever", () => {
  const feed = feedOf(QUEUED.least);
  expect(feed.step(0).messages).toHaveLength(QUEUED.least);
  const [run] = feed.runs.values();
  if (run === undefined) throw new Error("no run");
  feed.putRun({ ...run, state: "paused" });
  feed.putRun({
    ...newRun("other", DEFAULT_SETTINGS, { origin: "https://img.test", region: "weur" }, 0),
    listed: false,
  });
  const entry = { host16: "a".repeat(16), host: "other.test", first: 0, parts: 1, pictures: 10 };
  feed.addHosts("other", [entry], null, 1);
  const [key = ""] = [...feed.hosts].flatMap(([name, { run: of }]) => (of === "other" ? [name] : []));
  feed.step(1);
  feed.openPart(key, 0, 10);
  expect(feed.step(2).messages).toEqual([]);
  expect(feed.nextAt).toBe(TIMING.sentMs);
  expect(feed.step(TIMING.sentMs).messages.map(({ run: of }) => of)).toEqual(["other"]);
  // The paused run has sent nothing, and goes on when it may.
  feed.putRun(run);
  expect(feed.step(TIMING.sentMs + 1).messages).toHaveLength(QUEUED.least - 1);
});
