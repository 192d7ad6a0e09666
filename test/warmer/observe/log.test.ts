import { expect, test } from "vitest";
import { FailureSummary, REPORT_EVERY_MS } from "../../../warmer/observe/log.ts";

test("nothing to report if nothing failed", () => {
  expect(new FailureSummary().take(0)).toBeUndefined();
});

test("reports the first failure at once, then once per interval with all failures since and the newest reason", () => {
  const failures = new FailureSummary();
  failures.add("status 401", 20);
  expect(failures.take(5)).toEqual({ reason: "status 401", pushes: 1, hints: 20 });
  for (let n = 0; n < 100; n++) failures.add("status 429", 3);
  failures.add("socket hang up", 0);
  expect(failures.take(5)).toBeUndefined();
  expect(failures.take(5 + REPORT_EVERY_MS - 1)).toBeUndefined();
  expect(failures.take(5 + REPORT_EVERY_MS)).toEqual({ reason: "socket hang up", pushes: 101, hints: 300 });
  expect(failures.take(5 + 9 * REPORT_EVERY_MS)).toBeUndefined();
});

test("reports at once after a quiet time", () => {
  const failures = new FailureSummary();
  failures.add("a", 1);
  failures.take(0);
  failures.add("b", 2);
  expect(failures.take(REPORT_EVERY_MS)).toEqual({ reason: "b", pushes: 1, hints: 2 });
});

test("reports hints that were given up while they waited for their retry without a push, at the same interval", () => {
  const failures = new FailureSummary();
  failures.add("status 500", 0);
  failures.take(0);
  failures.giveUp("too old to be tried again after status 500", 3);
  failures.giveUp("too old to be tried again after status 500", 4);
  expect(failures.take(REPORT_EVERY_MS - 1)).toBeUndefined();
  const reason = "too old to be tried again after status 500";
  expect(failures.take(REPORT_EVERY_MS)).toEqual({ reason, pushes: 0, hints: 7 });
  expect(failures.take(9 * REPORT_EVERY_MS)).toBeUndefined();
});
