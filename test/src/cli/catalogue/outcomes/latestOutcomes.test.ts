/** The latest outcome of each identifier, whatever the order, in memory and by files; and the files of an export. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readOutcome } from "../../../../../src/catalogue/outcome.ts";
import { FIELD_NAMES, versionOf } from "../../../../../src/cli/catalogue/outcomes/fields.ts";
import { collectLatest } from "../../../../../src/cli/catalogue/outcomes/latestOutcomes.ts";
import { formatOf, writeOutcomes } from "../../../../../src/cli/catalogue/outcomes/writeOutcomes.ts";
import { latestOf, outcomeOf } from "../../../../support/catalogue/outcomes.ts";
import { choices } from "../../../../support/seeded.ts";

const base = outcomeOf(1);

test.each([
  ["the later check", { checkedAt: 10 }, { checkedAt: 9 }],
  ["the later check, though it has fewer digits less", { checkedAt: 1_000 }, { checkedAt: 999 }],
  ["more attempts", { checkedAt: 9, attempts: 10 }, { checkedAt: 9, attempts: 9 }],
  ["the later check before more attempts", { checkedAt: 10, attempts: 1 }, { checkedAt: 9, attempts: 99 }],
])("%s counts", (_, more, less) => {
  expect(versionOf({ ...base, ...more }) > versionOf({ ...base, ...less })).toBe(true);
});

test.each([
  ["in memory", undefined],
  ["by files", 20_000],
  ["by files, at each outcome", 0],
])("%s: any order gives what a plain reduction gives", (_, most) => {
  for (let round = 0; round < 3; round++) {
    const { below } = choices(round);
    const log = Array.from({ length: 300 }, (__, i) => outcomeOf(below(60), i));
    const orders = [log, [...log].reverse(), [...log, ...log.slice(0, 50)]];
    const [first, ...others] = orders.map((order) => {
      const latest = collectLatest(most);
      for (const one of order) latest.add(one);
      const read = [...latest.read()];
      latest.close();
      return read;
    });
    for (const one of first ?? []) expect(latestOf(log, one.id)).toContainEqual(one);
    expect(first).toHaveLength(new Set(log.map(({ id }) => id)).size);
    for (const other of others) expect(other).toEqual(first);
  }
});

test("files: JSONL is the log's own lines; TSV has a header and all fields; nothing else is left", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-write-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const outcomes = Array.from({ length: 20 }, (_, i) => outcomeOf(i));
  expect(await writeOutcomes(outcomes, join(folder, "a.jsonl"), "jsonl", null)).toBe(20);
  const lines = readFileSync(join(folder, "a.jsonl"), "utf8").split("\n");
  expect(lines.pop()).toBe("");
  expect(lines.map(readOutcome)).toEqual(outcomes);
  await writeOutcomes(outcomes, join(folder, "a.tsv"), "tsv", null);
  const table = readFileSync(join(folder, "a.tsv"), "utf8").split("\n");
  expect(table[0]?.split("\t")).toEqual(FIELD_NAMES);
  expect(new Set(table.slice(0, -1).map((line) => line.split("\t").length))).toEqual(new Set([FIELD_NAMES.length]));
  await writeOutcomes(outcomes.slice(0, 1), join(folder, "b.jsonl"), "jsonl", ["id", "status"]);
  expect(readFileSync(join(folder, "b.jsonl"), "utf8")).toBe(
    `{"id":"${base.id.replace(/1$/, "0")}","status":"${outcomes[0]?.status}"}\n`,
  );
  expect(readdirSync(folder).sort()).toEqual(["a.jsonl", "a.tsv", "b.jsonl"]);
  await expect(writeOutcomes(outcomes, join(folder, "none", "a.tsv"), "tsv", null)).rejects.toThrow("ENOENT");
});

test("the name of a file says its format", () => {
  expect(["a.tsv", "a.jsonl", "a.ndjson", "a.csv", "-"].map(formatOf)).toEqual(["tsv", "jsonl", "jsonl", null, null]);
});
