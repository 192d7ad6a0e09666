import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { candidatesFor } from "../../../../src/origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../../../src/origin/providers/rule.ts";
import { PROVIDERS, RULES } from "../../../../src/origin/providers/table.ts";
import { PLAIN } from "../../../support/transform.ts";
import { PAIRS, type Pair } from "./pairs.ts";
import { ALL_RULES, DEFAULT_RULES } from "./rules.ts";

const pairs: readonly (readonly [string, Pair])[] = Object.entries(PAIRS);

function addresses({ source, wish, original = null }: Pair, rules = ALL_RULES): readonly string[] {
  const list = candidatesFor(source, { ...PLAIN, ...wish }, { ...NOTHING_KNOWN, original }, rules);
  return list.map(({ url }) => url);
}

describe("a pair for each rule", () => {
  test("the rows are the rules of the table", () => {
    expect(pairs.map(([id]) => id).sort()).toEqual(RULES.map(({ id }) => id).sort());
  });
  test.each(pairs)("%s: the address is among the candidates, the original is the last", (id, pair) => {
    const list = candidatesFor(
      pair.source,
      { ...PLAIN, ...pair.wish },
      { ...NOTHING_KNOWN, original: pair.original ?? null },
      ALL_RULES,
    );
    expect(list.map(({ url }) => url)).toContain(pair.candidate);
    expect(list.find(({ url }) => url === pair.candidate)?.rule).toBe(id);
    expect(list.at(-1)).toMatchObject({ url: pair.source, variant: "original", rule: null });
  });
  test.each(pairs)("%s: without its `sure` of 3 the rule is off until it is turned on", (id, pair) => {
    const { sure } = PROVIDERS[id as keyof typeof PAIRS];
    const asked = addresses(pair, { ...DEFAULT_RULES, hostsOf: ALL_RULES.hostsOf });
    expect(asked.includes(pair.candidate)).toBe(sure === 3);
  });
  test.each(pairs)("%s: PROVIDER_SIZES=off leaves the original", (_, pair) => {
    expect(addresses(pair, { ...ALL_RULES, on: false })).toEqual([pair.source]);
  });
  test.each(pairs)("%s: a variant's name is short and of few characters", (_, pair) => {
    const list = candidatesFor(
      pair.source,
      { ...PLAIN, ...pair.wish },
      { ...NOTHING_KNOWN, original: pair.original ?? null },
      ALL_RULES,
    );
    for (const { variant } of list) expect(variant).toMatch(/^[a-z0-9_.-]{1,40}$/);
  });
});

const FILE = new URL("../../../../../shared/catalogue/providers.tsv", import.meta.url);
const rows = existsSync(FILE)
  ? readFileSync(FILE, "utf8")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t"))
  : [];

describe.skipIf(rows.length === 0)("the file of the catalogue", () => {
  test("has one row for each row of the table, and the same of them without a rule", () => {
    expect(rows.map(([id]) => id).sort()).toEqual(Object.keys(PROVIDERS).sort());
    const without = rows.filter(([, , , rule]) => rule === "NONE").map(([id]) => id);
    const none = Object.entries(PROVIDERS).flatMap(([id, row]) => ("none" in row ? [id] : []));
    expect(none.sort()).toEqual(without.sort());
  });
  test.each(rows.map((row) => [row[0] ?? "", row] as const))("%s: as sure as the file says", (id, row) => {
    expect(PROVIDERS[id as keyof typeof PROVIDERS].sure).toBe(Number(row[6]));
  });
  const told = rows.filter((row) => (row[12] ?? "") !== "");
  test("has 31 pairs", () => expect(told).toHaveLength(31));
  test.each(told.map((row) => [row[0] ?? "", row] as const))("%s: its pair holds", (id, row) => {
    const [source = "", wanted = ""] = [row[10], row[12]];
    const { wish, original }: Pair = PAIRS[id as keyof typeof PAIRS];
    const whole = source.includes("://") ? source : `https://${source}`;
    expect(
      addresses({ source: whole, wish, candidate: wanted, ...(original === undefined ? {} : { original }) }),
    ).toContain(wanted);
  });
});
