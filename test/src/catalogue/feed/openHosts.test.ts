import { expect, test } from "vitest";
import { type HostRecord, type Lease, newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import { OpenHosts } from "../../../../src/catalogue/feed/openHosts.ts";
import { QUEUED } from "../../../../src/catalogue/feed/timing.ts";
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

/** A host with so many chunks of each kind. */
function hostWith(name: string, sent: number, begun: number): HostRecord {
  const record = newHost("r", 0, name, { host: `${name}.test`, first: 0, parts: 1, pictures: 100 }, 1, NOW);
  const lease = (state: Lease["state"]): Lease => ({
    ...{ part: 0, from: 0, to: 1, cutFrom: [], attempt: 1, state, until: NOW },
    ...{ begunAt: 0, delivery: 0, crashes: 0 },
  });
  const leases = [...Array(sent).fill("sent"), ...Array(begun).fill("begun"), "unsent"].map(lease);
  return { ...record, leases };
}

test.each([
  ["nothing", 0, 0, QUEUED.least],
  ["as many as it takes", QUEUED.least, 0, 0],
  ["few that are worked on", 1, QUEUED.least / QUEUED.perBegun, QUEUED.least - 1],
  ["many that are worked on", 5, QUEUED.least, QUEUED.perBegun * QUEUED.least - 5],
])("the queue's room with %s", (_, sent, begun, room) => {
  const open = new OpenHosts();
  open.put(hostWith("a", 1, 1));
  // Only the last record of a host counts, and none of one that was removed.
  open.put(hostWith("a", sent, 0));
  open.put(hostWith("b", 0, begun));
  const gone = hostWith("c", 3, 3);
  open.remove(open.put(gone), gone);
  expect(open.room).toBe(room);
});
