import { expect, test } from "vitest";
import { newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import { OpenHosts } from "../../../../src/catalogue/feed/openHosts.ts";
import { jobPace } from "../../../../src/catalogue/jobPace.ts";

const HOST16 = "a".repeat(16);
const NOW = 1_000_000_000;

/** In how many milliseconds a worker may begin whose host was last asked at `lastStart`; its pace is one start a second. */
function startIn(lastStart: number): number {
  const open = new OpenHosts();
  const record = newHost("r", 0, HOST16, { host: "a.test", first: 0, parts: 1, pictures: 100 }, 1, NOW);
  open.put({ ...record, lastStart });
  return open.turn(HOST16, jobPace(null, 100), NOW).startInMs;
}

test.each([
  ["never", 0, 0],
  ["long ago", NOW - 1_000, 0],
  ["just before", NOW - 999, 1],
  ["now", NOW, 1_000],
  // A worker that waited for an hour would be ended by its runtime.
  ["an hour ahead, since the clock was set back", NOW + 3_600_000, 1_000],
])("a host that was asked %s", (_, lastStart, expected) => expect(startIn(lastStart)).toBe(expected));
