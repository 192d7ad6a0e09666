import { expect, test } from "vitest";
import {
  addTally,
  hasRowsLeft,
  hostKeyOf,
  isFinished,
  type Lease,
  NOTHING_DONE,
  newHost,
} from "../../../../src/catalogue/feed/hostRecord.ts";

const HOST = newHost("r", 1, "a".repeat(16), { host: "a.test", first: 3, parts: 2, pictures: 9 }, 1, 7);
const LEASE: Lease = {
  ...{ part: 4, from: 0, to: 9, cutFrom: [], attempt: 1, state: "sent", until: 9 },
  ...{ begunAt: 0, delivery: 0, crashes: 0 },
};

test("a record of another run or round has another key", () => {
  const keys = [HOST, { ...HOST, run: "s" }, { ...HOST, round: 2 }, { ...HOST, host16: "b".repeat(16) }].map(hostKeyOf);
  expect(new Set(keys).size).toBe(4);
});

test.each([
  ["its last part", { part: 4 }, true, false],
  ["the end, with a lease", { part: 5, leases: [LEASE] }, false, false],
  ["the end, without a lease", { part: 5 }, false, true],
])("a host whose cursor is at %s", (_, change, left, finished) => {
  const record = { ...HOST, ...change };
  expect([hasRowsLeft(record), isFinished(record)]).toEqual([left, finished]);
});

test("tallies are added field by field", () => {
  const tally = {
    ...{ done: 3, counts: { stored: 2, gone: 1 }, reasons: { source_failed: 1 }, bytesIn: 10, bytesStored: 5 },
    operations: { r2Write: 3 },
  } as const;
  expect(addTally(NOTHING_DONE, tally)).toEqual(tally);
  expect(addTally(tally, { ...tally, counts: { stored: 1, blocked: 4 }, operations: { kvRead: 2 } })).toEqual({
    ...{
      done: 6,
      counts: { stored: 3, gone: 1, blocked: 4 },
      reasons: { source_failed: 2 },
      bytesIn: 20,
      bytesStored: 10,
    },
    operations: { r2Write: 3, kvRead: 2 },
  });
});
