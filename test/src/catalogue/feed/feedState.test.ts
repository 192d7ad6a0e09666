/** Who may say what of a chunk, with two workers of the same rows. */
import { expect, test } from "vitest";
import { FeedState } from "../../../../src/catalogue/feed/feedState.ts";
import { newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import type { ChunkMessage, Report } from "../../../../src/catalogue/feed/port.ts";
import { newRun } from "../../../../src/catalogue/feed/runRecord.ts";
import { timingOf } from "../../../../src/catalogue/feed/timing.ts";
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
