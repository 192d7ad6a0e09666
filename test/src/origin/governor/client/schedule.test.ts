import { describe, expect, test } from "vitest";
import { dueAt, pollMs, SCHEDULE, type Talk } from "../../../../../src/origin/governor/client/schedule.ts";

const NEVER = Number.POSITIVE_INFINITY;
/** The last call was sent at 1000 and answered at 1100; nothing waits, runs or is to be said. */
const QUIET: Talk = {
  ...{ sentAt: 1_000, heardAt: 1_100, retryAt: Number.NEGATIVE_INFINITY, calling: false, saturated: false },
  ...{ binding: null, estimateMs: 0, otherLimitAt: Number.NEGATIVE_INFINITY, held: 0, concurrency: 2 },
  ...{ wishes: [], releases: [], renews: false },
};
const SOON = 1_000 + SCHEDULE.batchMs;
const AT_ONCE = Number.NEGATIVE_INFINITY;
const NEW = { rank: 0, told: false, patientUntil: AT_ONCE };
const TOLD = { rank: 0, told: true, patientUntil: AT_ONCE };
const JOB = { rank: 2, told: false, patientUntil: 3_000 };
const BUSY = { saturated: true, binding: "slots" } as const;
const MANY = { concurrency: null } as const;
const used = (at = 2_000) => ({ at, unused: false });

describe("the next call is due", () => {
  test.each<readonly [string, Partial<Talk>, number]>([
    ["never, when there is nothing to say", {}, NEVER],
    ["soon, for a new wish", { wishes: [NEW] }, SOON],
    ["soon, for a new wish beside a call that may not be held", { wishes: [NEW, TOLD], calling: true }, SOON],
    [
      "with the next answer, for a new wish on a saturated host",
      { ...BUSY, wishes: [NEW, TOLD], calling: true },
      NEVER,
    ],
    [
      "soon, for one that is more urgent than all that the governor knows",
      { ...BUSY, wishes: [NEW, { ...TOLD, rank: 1 }], calling: true },
      SOON,
    ],
    ["when it has waited for company, for a job's wish", { ...MANY, wishes: [JOB] }, 3_000],
    ["when the first has waited, for several", { ...MANY, wishes: [{ ...JOB, patientUntil: 3_050 }, JOB, JOB] }, 3_000],
    ["soon, when there is company enough", { ...MANY, wishes: [JOB, JOB, JOB, JOB] }, SOON],
    ["soon, for a job's wish on a host that gives jobs one slot", { wishes: [JOB] }, SOON],
    ["soon, for as many as jobs may have there", { concurrency: 3, wishes: [JOB, JOB] }, SOON],
    ["when it has waited, for fewer", { concurrency: 3, wishes: [JOB] }, 3_000],
    ["soon, for its release there, beside the next wish", { wishes: [JOB], releases: [used()] }, SOON],
    ["soon, when a reader wants one too", { wishes: [JOB, NEW] }, SOON],
    ["with them, for a release beside jobs' wishes", { ...MANY, wishes: [JOB], releases: [used()] }, 3_000],
    ["soon, for such a release that a reader's wish can take along", { wishes: [JOB, NEW], releases: [used()] }, SOON],
    ["soon, for a release where slots are scarce", { ...BUSY, wishes: [JOB], releases: [used()] }, SOON],
    ["never, when all slots are in our hands", { ...BUSY, wishes: [NEW, TOLD], held: 2 }, NEVER],
    ["later, when one of two is", { ...BUSY, wishes: [TOLD], held: 1 }, 1_100 + SCHEDULE.holdMs],
    ["soon, when none is", { ...BUSY, wishes: [TOLD] }, SOON],
    ["soon, when starts are what is scarce", { saturated: true, binding: "pace", wishes: [TOLD] }, SOON],
    [
      "a moment before the next start, beside a grant",
      { saturated: true, binding: "pace", estimateMs: 300, wishes: [TOLD], held: 1 },
      1_100 + 300 - SCHEDULE.aheadMs,
    ],
    [
      "when the window of bytes opens",
      { saturated: true, binding: "bytes", estimateMs: 6_000, wishes: [TOLD] },
      1_100 + 6_000 - SCHEDULE.pollMs / 2,
    ],
    [
      "when that window opens and no earlier, beside a grant: the release may come first",
      { saturated: true, binding: "bytes", estimateMs: 6_000, wishes: [TOLD], held: 1 },
      1_100 + 6_000,
    ],
    ["at once, for a release that a wish can ride with", { ...BUSY, wishes: [TOLD], releases: [used()] }, SOON],
    [
      "a moment later, for one where starts are scarce and a slot is free",
      { saturated: true, otherLimitAt: 1_100, wishes: [TOLD], calling: true, releases: [used()] },
      2_000 + SCHEDULE.rideMs,
    ],
    [
      "sooner, for one where no call is under way: the next wish of its reader may ride with it",
      { saturated: true, otherLimitAt: 1_100, binding: "bytes", estimateMs: 6_000, wishes: [TOLD], releases: [used()] },
      2_000 + SCHEDULE.joinMs,
    ],
    [
      "at once, for one where starts are scarce and no slot is free",
      { saturated: true, otherLimitAt: 1_100, wishes: [TOLD], calling: true, held: 1, releases: [used()] },
      SOON,
    ],
    [
      "a moment later, for a release alone where others wait",
      { ...BUSY, releases: [used()] },
      2_000 + SCHEDULE.releaseMs,
    ],
    ["later, for a release alone where nobody does", { releases: [used()] }, 2_000 + SCHEDULE.idleReleaseMs],
    ["at once, for a grant that was not used", { releases: [{ at: 2_000, unused: true }] }, 2_000],
    ["soon, for a grant that needs more", { renews: true, calling: true }, SOON],
    ["not before a failed call may be sent again", { renews: true, retryAt: 9_000 }, 9_000],
  ])("%s", (_, talk, expected) => {
    expect(dueAt({ ...QUIET, ...talk })).toBe(expected);
  });
});

test.each([
  ["for nothing on a host that is not saturated", false, 1, 0, 0],
  ["for nothing without a wish", true, 0, 0, 0],
  ["for a slot or a start", true, 1, 0, SCHEDULE.pollMs],
  ["longer where bytes were scarce", true, 1, SCHEDULE.bytesScarceMs - 1, SCHEDULE.bytesPollMs],
  ["no longer than that afterwards", true, 1, SCHEDULE.bytesScarceMs, SCHEDULE.pollMs],
])("a call may wait %s", (name, saturated, wishes, since, expected) => {
  const bytesAt = name.includes("bytes") || since > 0 ? 10_000 : Number.NEGATIVE_INFINITY;
  expect(pollMs({ saturated, wishes, bytesAt }, 10_000 + since)).toBe(expected);
});
