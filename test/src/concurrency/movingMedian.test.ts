import { expect, test } from "vitest";
import { MovingMedian } from "../../../src/concurrency/movingMedian.ts";

test.each([
  ["none", [], 7],
  ["one", [300], 300],
  ["two: the lower one", [300, 100], 100],
  ["three", [300, 100, 200], 200],
  ["three and one that is far off", [100, 9_000, 110, 120], 110],
  ["as many as are remembered", [5, 4, 3, 2, 1], 3],
  ["one more: the oldest is forgotten", [900, 4, 3, 2, 1, 0], 2],
  ["all of them replaced", [900, 900, 900, 900, 900, 1, 2, 3, 4, 5], 3],
])("of %s", (_, values, median) => {
  const times = new MovingMedian(5, 7);
  for (const value of values) times.add(value);
  expect(times.value).toBe(median);
});
