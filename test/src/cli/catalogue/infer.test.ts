import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { rowText } from "../../../../src/catalogue/manifestRow.ts";
import { INFER } from "../../../../src/cli/catalogue/infer.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let said = "";
beforeEach(() => {
  said = "";
  const hear = (line: string) => {
    said += `${line}\n`;
  };
  vi.spyOn(console, "log").mockImplementation(hear);
  vi.spyOn(console, "error").mockImplementation(hear);
});

const file = (name: string, lines: readonly string[]) => {
  writeFileSync(join(folder, name), lines.join("\n"));
  return join(folder, name);
};

const IDS = ["a", "b", "c", "d", "bare"];
const rows = file("rows.jsonl", [
  '{"v":1,"host":"a.test","rows":6,"steps":[1]}',
  ...IDS.slice(0, 4).map((id) =>
    rowText({ id, url: `https://a.test/${id}`, creator: `by ${id}`, tags: ["lighthouse", id], views: 900 }),
  ),
  rowText({ id: "bare", url: "https://a.test/bare" }),
  ...Array.from({ length: 20 }, (_, i) => rowText({ id: `o${i}`, url: "https://a.test/o", tags: ["other"], views: 3 })),
]);
const neighbours = file("neighbours.tsv", [
  "id\tneighbour\tdistance",
  ...IDS.flatMap((id) => IDS.filter((other) => other !== id).map((other) => `${id}\t${other}\t1`)),
]);
const clusters = file("clusters.tsv", ["id\tcluster\trepresentative", ...IDS.map((id) => `${id}\tc1\ta`)]);

test("a picture without tags gets what its neighbours agree on, and it says why", async () => {
  const to = join(folder, "tags.jsonl");
  const argv = ["--neighbours", neighbours, "--clusters", clusters, "--rows", rows, "--to", to, "--few=1"];
  expect(await INFER.run(argv, {})).toBe(0);
  const lines = readFileSync(to, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ id }) => id)).toEqual(["bare"]);
  const [{ tags, popularity }] = lines;
  expect(tags).toHaveLength(1);
  expect(tags[0]).toMatchObject({ name: "lighthouse", provider: "firstlight-neighbours", support: 4 });
  expect(tags[0].neighbours).toEqual(["a", "b", "c", "d"]);
  expect(popularity).toBeGreaterThan(3);
  expect(said).toContain("precision 100.0 %");
});

test("what is missing on the command line is said", async () => {
  expect(await INFER.run(["--to", "x", "--few", "many"], {})).toBe(2);
  for (const problem of ["--neighbours is needed", "--rows is needed", "--few cannot be many"]) {
    expect(said).toContain(problem);
  }
});
