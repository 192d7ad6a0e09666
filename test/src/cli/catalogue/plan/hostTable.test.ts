import { describe, expect, test } from "vitest";
import { HostTable } from "../../../../../src/cli/catalogue/plan/hostTable.ts";
import { choices } from "../../../../support/seeded.ts";

function numberOf(table: HostTable, name: string): number {
  const bytes = Buffer.from(`https://${name}/x`);
  return table.numberOf(bytes, 8, 8 + name.length);
}

test("it is a map, however many hosts there are", () => {
  const { below } = choices(1);
  const table = new HostTable();
  const expected = new Map<string, number>();
  const wrong: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    const name = `h${below(6_000)}.${"x".repeat(below(3))}test`;
    const number = numberOf(table, name);
    if (number !== (expected.get(name) ?? expected.size)) wrong.push(name);
    expected.set(name, number);
    table.pictures[number] = (table.pictures[number] ?? 0) + 1;
  }
  for (const [name, number] of expected) if (table.nameOf(number) !== name) wrong.push(name);
  expect([wrong, table.size]).toEqual([[], expected.size]);
  expect(table.pictures.reduce((sum, count) => sum + count, 0)).toBe(20_000);
});

describe("a table that is full", () => {
  test("knows its hosts still, and no other one", () => {
    const table = new HostTable(2);
    expect(["a.test", "b.test", "c.test", "a.test", "b.test"].map((name) => numberOf(table, name))).toEqual([
      0, 1, -1, 0, 1,
    ]);
  });
});
