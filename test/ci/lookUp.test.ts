import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lookUpRows, regionHitUsd } from "../../.ci/docs/lookUp.ts";
import { TIER_POLICIES } from "../../src/store/tierPolicies.ts";

const text = readFileSync(new URL("../../docs/inside/storage.md", import.meta.url), "utf8").replaceAll("\n", " ");

test("the table has every tier in its order", () => {
  const { head, rows } = lookUpRows();
  expect(rows.every((row) => row.length === head.length)).toBe(true);
  const names = rows.map(([, asked]) => asked?.split(":")[0]);
  expect(names.filter((name) => Object.hasOwn(TIER_POLICIES, name ?? ""))).toEqual(Object.keys(TIER_POLICIES));
});

test("a million hits in a region cost what docs/inside/storage.md says", () => {
  const { now, inTurn } = regionHitUsd();
  expect(text).toContain(`cost $${now.toFixed(2)} in reads instead of $${inTurn.toFixed(2)}`);
});
