import { expect, test } from "vitest";
import { afterPage, newRun, withEnd } from "../../../../src/catalogue/feed/runRecord.ts";
import { DEFAULT_SETTINGS } from "../../../../src/catalogue/run.ts";

const RUN = newRun("r", DEFAULT_SETTINGS, { origin: "https://img.test", region: "weur" }, 5);
const PAGE = [{ pictures: 3 }, { pictures: 4 }];

test.each([
  ["a page with a next one", { ...RUN }, 700, { hosts: 2, pictures: 7, offset: 700, round: 0, listed: false }],
  ["the last page of the last list", { ...RUN }, null, { hosts: 2, pictures: 7, round: 0, listed: true }],
  [
    "the last page of a list with a next round",
    { ...RUN, rounds: 2, offset: 9 },
    null,
    { round: 1, offset: 0, listed: false },
  ],
])("after %s", (_, run, offset, expected) => expect(afterPage(run, PAGE, offset)).toMatchObject(expected));

test.each([
  ["its lists are not read", { listed: false, finished: 2, hosts: 2 }, null],
  ["a host is under way", { listed: true, finished: 1, hosts: 2 }, null],
  ["every host is finished", { listed: true, finished: 2, hosts: 2 }, 50],
  ["it had ended already", { listed: true, finished: 2, hosts: 2, endedAt: 40 }, 40],
])("the end of a run when %s", (_, change, endedAt) =>
  expect(withEnd({ ...RUN, ...change }, 50).endedAt).toBe(endedAt),
);
