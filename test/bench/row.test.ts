import { expect, test } from "vitest";
import { judged } from "../../bench/row.ts";

test.each([
  ["at most, at the limit", "lower", 2, true],
  ["at most, above it", "lower", 3, false],
  ["at least, at the limit", "higher", 2, true],
  ["at least, below it, though it prints as the limit", "higher", 1.96, false],
  ["no figure, at most", "lower", Number.NaN, false],
  ["no figure, at least", "higher", Number.NaN, false],
] as const)("%s", (_, better, value, reached) => {
  expect(judged({ what: "x", value, limit: 2, better }).reached).toBe(reached);
});

test("says the figure with its unit, its detail and the limit", () => {
  const row = judged({ what: "x", value: 91.25, limit: 90, better: "higher", unit: "%", digits: 1, detail: "of 3" });
  expect(row).toMatchObject({ figure: "91.3 % (of 3)", limit: ">= 90.0 %", values: { value: 91.25, limit: 90 } });
});
