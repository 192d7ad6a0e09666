/** The size of the next update follows from the time of the last one. */
import { expect, test } from "vitest";
import { afterTimeout, BATCH, nextBatch } from "../../../../../src/cli/catalogue/postgres/batchSize.ts";

test.each([
  ["half of the aim: twice as many", 100, 30, 200],
  ["fast, at the limit", 600, 29, 1_000],
  ["above half: as many", 100, 31, 100],
  ["the aim: as many", 100, 60, 100],
  ["above the aim: as many as fit", 100, 75, 80],
  ["far above", 1_000, 600, 100],
  ["never none", 1, 5_000, 1],
])("%s", (_, rows, ms, next) => {
  expect(nextBatch(rows, ms)).toBe(next);
});

test("the server ended it: a quarter, and never none", () => {
  expect([1_000, 4, 3, 1].map(afterTimeout)).toEqual([250, 1, 1, 1]);
});

test("the limits: 1 000 rows, and below 250 ms", () => {
  expect(BATCH.most).toBe(1_000);
  expect(BATCH.limitMs).toBeLessThan(250);
});
