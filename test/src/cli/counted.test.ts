import { expect, test } from "vitest";
import { counted } from "../../../src/cli/counted.ts";

test.each([
  [0, "0 steps"],
  [1, "1 step"],
  [2, "2 steps"],
])("%i", (count, words) => expect(counted(count, "step")).toBe(words));
test("a plural of its own", () => {
  expect([1, 2].map((count) => counted(count, "entry", "entries"))).toEqual(["1 entry", "2 entries"]);
});
