import { expect, test } from "vitest";
import { RecentKeys } from "../../../src/concurrency/recentKeys.ts";

test("a name is first once within the window and again after it", () => {
  const recent = new RecentKeys(1000, 10);
  expect(recent.first("a", 0)).toBe(true);
  expect(recent.first("a", 999)).toBe(false);
  expect(recent.first("b", 999)).toBe(true);
  expect(recent.first("a", 1000)).toBe(true);
  expect(recent.first("a", 1999)).toBe(false);
});

test("a clock that jumps back does not lock a name", () => {
  const recent = new RecentKeys(1000, 10);
  recent.first("a", 10_000);
  expect(recent.first("a", 5)).toBe(true);
});

test("when full the oldest is forgotten", () => {
  const recent = new RecentKeys(1000, 2);
  for (const name of ["a", "b", "c"]) recent.first(name, 0);
  expect(recent.first("c", 1)).toBe(false);
  expect(recent.first("b", 1)).toBe(false);
  expect(recent.first("a", 1)).toBe(true);
});
