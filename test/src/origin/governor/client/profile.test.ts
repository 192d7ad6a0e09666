import { expect, test } from "vitest";
import { Profile } from "../../../../../src/origin/governor/client/profile.ts";

test("bytes stand in the step in which they came", () => {
  const profile = new Profile(1_000);
  for (const [bytes, at] of [
    [10, 1_000],
    [20, 1_099],
    [30, 1_100],
    [40, 1_350],
  ] as const) {
    profile.add(bytes, at);
  }
  expect([profile.steps, profile.total]).toEqual([[30, 30, 0, 40], 100]);
});

test("a clock that was set back, or jumps, loses no byte", () => {
  const profile = new Profile(1_000);
  profile.add(1, 500);
  profile.add(2, 1_250);
  profile.add(3, 1_050);
  expect(profile.steps).toEqual([1, 0, 5]);
  profile.add(4, 1e12);
  expect([profile.steps.length, profile.steps.at(-1), profile.total]).toEqual([3_000, 4, 10]);
});
