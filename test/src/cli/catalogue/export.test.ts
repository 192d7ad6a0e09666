/** `catalogue -- export` to files, and `-- dead`, with the log in a real bucket. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Outcome, readOutcome } from "../../../../src/catalogue/outcome.ts";
import { logKey, logText } from "../../../../src/catalogue/outcomeLog.ts";
import { isDead } from "../../../../src/catalogue/status.ts";
import { DEAD } from "../../../../src/cli/catalogue/dead.ts";
import { EXPORT } from "../../../../src/cli/catalogue/export.ts";
import { type LocalBucket, startBucket } from "../../../support/bucket.ts";
import { latestOf, logObjects, outcomeOf } from "../../../support/catalogue/outcomes.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-export-"));
const file = (name: string) => join(folder, name);
/** 300 outcomes of 200 pictures, in 60 objects, in no order of time. */
const log = Array.from({ length: 300 }, (_, i) => ({
  ...outcomeOf(1 + (i % 200), i),
  checkedAt: 1_000 + ((i * 77) % 300),
}));
const ids = [...new Set(log.map(({ id }) => id))];

let bucket: LocalBucket;
beforeAll(async () => {
  bucket = await startBucket();
  await bucket.put(logObjects("run", log, 5));
  const damaged = `${logText(log.slice(0, 2))}{"v":1,"id":"x"}\nnot json\n`;
  await bucket.put(new Map([[logKey("damaged", "a".repeat(16), 0, 0), damaged]]));
});
afterAll(async () => {
  await bucket?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(console, "error").mockImplementation((text: unknown) => void (said += `${text}\n`));
  vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  vi.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
});

const linesOf = (name: string) => readFileSync(file(name), "utf8").trimEnd().split("\n");

describe("export to a file", () => {
  test("JSON lines: the latest outcome of each picture, whole; the same log gives the same file", async () => {
    expect(await EXPORT.run(["run", "--to", file("a.jsonl")], bucket.env)).toBe(0);
    const outcomes = linesOf("a.jsonl").map(readOutcome);
    expect(outcomes.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    for (const one of outcomes) expect(latestOf(log, one.id)).toContainEqual(one);
    expect(said).toContain("Done: 200 pictures written to ");
    expect(await EXPORT.run(["run", "--to", file("b"), "--format", "jsonl", "--concurrency", "1"], bucket.env)).toBe(0);
    expect(linesOf("b")).toEqual(linesOf("a.jsonl"));
  });

  test("TSV: a header, and the same pictures in the same order", async () => {
    expect(await EXPORT.run(["run", "--to", file("a.tsv")], bucket.env)).toBe(0);
    const [header = "", ...rows] = linesOf("a.tsv").map((line) => line.split("\t"));
    const column = (name: string) => rows.map((row) => row[header.indexOf(name)]);
    const outcomes = linesOf("a.jsonl").map(readOutcome);
    expect(column("id")).toEqual(outcomes.map(({ id }) => id));
    expect(column("original.width")).toEqual(outcomes.map(({ original }) => String(original?.width ?? "\\N")));
  });

  test("lines that cannot be read are named, the others are written, and the exit code says it", async () => {
    expect(await EXPORT.run(["damaged", "--to", file("c.jsonl")], bucket.env)).toBe(1);
    expect(linesOf("c.jsonl")).toHaveLength(2);
    expect(said).toMatch(
      /A line of the log cannot be read: catalogue\/damaged\/log\/a+\/000000-00000\.jsonl, line 3: url is/,
    );
    expect(said).toMatch(/, line 4: no JSON: not json\n/);
  });

  test.each([
    [
      "a run without outcomes",
      ["none"],
      "firstlight-primary has no outcomes of a run none: nothing is under catalogue/none/log/",
    ],
    ["no bucket", ["run", "--bucket-prefix", "no-"], "no-primary at "],
  ])("%s fails with its reason", async (_, words, message) => {
    expect(await EXPORT.run([...words, "--to", file("d.jsonl")], bucket.env)).toBe(1);
    expect(said).toContain(message);
  });

  test.each([
    ["nothing", [], ["No run is named", "--to is missing: postgres://…"]],
    ["a name that is none", ["Run!", "--to", "-"], ["A run cannot be called Run!: 1 to 40 of a-z, 0-9 and -"]],
    ["two runs", ["a", "b", "--to", "-"], ["One run is read at a time, not a, b"]],
    ["a file of no known format", ["run", "--to", "a.csv"], ["--to a.csv: a file's name ends in .jsonl or .tsv"]],
    [
      "a table of a file",
      ["run", "--to", "a.tsv", "--table", "image"],
      ["--table, --map and --new are for a database only"],
    ],
    ["a database alone", ["run", "--to", "postgres://h/d"], ["--table is missing", "--map is missing"]],
    [
      "a map that is not there",
      ["run", "--to", "postgres://h/d", "--table", "t", "--map", "/none"],
      ["--map cannot be read: ENOENT"],
    ],
    [
      "too many at once",
      ["run", "--to", "-", "--concurrency", "257"],
      ["--concurrency cannot be 257: a whole number from 1 to 256"],
    ],
  ])("%s is a wrong call", async (_, argv, problems) => {
    await expect(EXPORT.run(argv, bucket.env)).rejects.toThrow("exit 2");
    for (const problem of problems) expect(said).toContain(problem);
    expect(said).toContain("Usage: npm run catalogue -- export RUN");
  });
});

describe("dead", () => {
  const dead = (wanted: (outcome: Outcome) => boolean) =>
    ids.filter((id) => latestOf(log, id).every(wanted)).toSorted();

  test("lists what is dead by its latest outcome, and counts by status", async () => {
    expect(await DEAD.run(["run", "--to", file("dead.jsonl")], bucket.env)).toBe(0);
    const rows = linesOf("dead.jsonl").map((line) => JSON.parse(line) as Outcome);
    expect(rows.map(({ id }) => id).sort()).toEqual(dead(({ status }) => isDead(status)));
    expect(Object.keys(rows[0] ?? {})).toEqual(["id", "url", "status", "reason", "http", "final", "checkedAt"]);
    const gone = rows.filter(({ status }) => status === "gone").length;
    expect(gone).toBeGreaterThan(0);
    expect(said).toMatch(new RegExp(`^Dead: ${rows.length} \\(.*\\bgone ${gone}\\b`, "m"));
  });

  test("of some statuses only", async () => {
    expect(await DEAD.run(["run", "--status", "html,gone", "--to", file("dead.tsv")], bucket.env)).toBe(0);
    const found = linesOf("dead.tsv")
      .slice(1)
      .map((line) => line.split("\t")[0]);
    expect(found.toSorted()).toEqual(dead(({ status }) => status === "html" || status === "gone"));
  });

  test("a status that is not of dead pictures is a wrong call", async () => {
    await expect(DEAD.run(["run", "--status", "gone,failed"], bucket.env)).rejects.toThrow("exit 2");
    expect(said).toContain("failed is no status of dead pictures: not-found, gone, placeholder, ");
  });
});
