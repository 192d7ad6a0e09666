import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { rowText } from "../../../../src/catalogue/manifestRow.ts";
import { outcomeText } from "../../../../src/catalogue/outcome.ts";
import { readArguments } from "../../../../src/cli/catalogue/likeness/arguments.ts";
import { LIKENESS } from "../../../../src/cli/catalogue/likeness.ts";
import { outcome } from "../../../support/catalogue.ts";
import { choices } from "../../../support/seeded.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.spyOn(console, "error").mockImplementation((line: string) => void said.push(line));
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
});

const { below } = choices(4);
const hexOf = (digits: number) => Array.from({ length: digits }, () => below(16).toString(16)).join("");
/** The same with the lowest `bits` bits of the last digits turned over. */
const turned = (hash: string, bits: number) => {
  const flipped = (BigInt(`0x${hash}`) ^ ((1n << BigInt(bits)) - 1n)).toString(16);
  return flipped.padStart(hash.length, "0");
};

// Of its lowest bits all are set, so that the copies have enough of them, too.
const [dhash, pdq] = [`${hexOf(10)}ffffff`, hexOf(64)];
const picture = (id: string, over: { dhash?: string; pdq?: string; pdqQuality?: number; side?: number } = {}) => {
  const { side = 640, ...hashes } = over;
  const rendition = { key: "k", width: side, height: side, bytes: 1 };
  return outcome({ id, dhash, pdq, pdqQuality: 100, rendition, ...hashes });
};

const OUTCOMES = [
  picture("small", { side: 300 }),
  picture("large", { dhash: turned(dhash, 3), pdq: turned(pdq, 10) }),
  picture("copy"),
  picture("edge", { dhash: turned(dhash, 8), pdq: turned(pdq, 31) }),
  picture("far dHash", { dhash: turned(dhash, 9) }),
  picture("far PDQ", { pdq: turned(pdq, 32) }),
  picture("flat", { pdqQuality: 49 }),
  picture("template", { dhash: "000000000000ffff" }),
  picture("other", { dhash: hexOf(16), pdq: hexOf(64) }),
  { ...picture("taken down"), status: "blocked" as const },
  outcome({ id: "no hash", dhash: null }),
];
const ROWS = [
  { id: "copy", url: "https://a.test/1", createdAt: "2010-05-01", views: 4 },
  { id: "large", url: "https://a.test/2", createdAt: "2012-05-01", views: 400 },
];
const outcomes = join(folder, "outcomes.jsonl");
const rows = join(folder, "rows.jsonl");
writeFileSync(outcomes, OUTCOMES.map((line) => `${outcomeText(line)}\n`).join(""));
writeFileSync(rows, ['{"v":1,"host":"a.test","rows":2,"steps":[200]}', ...ROWS.map(rowText)].join("\n"));

const read = (to: string, name: string) =>
  readFileSync(join(folder, to, `${name}.tsv`), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));

describe("npm run catalogue -- likeness", () => {
  test("writes neighbours and star clusters, and says what is missing", async () => {
    const argv = [outcomes, "--rows", rows, "--to", join(folder, "a"), "--threads", "1"];
    expect(await LIKENESS.run(argv, {})).toBe(0);
    const clusters = read("a", "clusters");
    // Of one size, `copy` is the older. `edge` is within 31 bits of it, `far PDQ` is not.
    expect(clusters[0]).toEqual(["id", "cluster", "representative"]);
    const [, name = ""] = clusters[1] ?? [];
    expect(name).toMatch(/^c[0-9a-f]{16}$/);
    expect(clusters.slice(1).map(([id]) => id)).toEqual(["copy", "large", "edge", "small"]);
    expect(new Set(clusters.slice(1).map(([, cluster, by]) => `${cluster} ${by}`))).toEqual(new Set([`${name} copy`]));
    const ofCopy = read("a", "neighbours").filter(([id]) => id === "copy");
    expect(ofCopy.map(([, other, distance]) => `${other} ${distance}`)).toEqual(["small 0", "large 3", "edge 8"]);
    expect(said.join("\n")).toContain("1 that are not stored, 1 without hashes, 2 flat or templates");
    expect(said.join("\n")).toContain("5 have no date and 5 no number of views");
  });
  test("a cluster keeps its name when a larger copy comes in", async () => {
    const [, name = ""] = read("a", "clusters")[1] ?? [];
    const more = join(folder, "more.jsonl");
    writeFileSync(more, `${readFileSync(outcomes, "utf8")}${outcomeText(picture("largest", { side: 900 }))}\n`);
    const argv = [more, "--to", join(folder, "b"), "--threads=1", "--previous", join(folder, "a", "clusters.tsv")];
    expect(await LIKENESS.run(argv, {})).toBe(0);
    const [first] = read("b", "clusters").slice(1);
    expect(first).toEqual(["largest", name, "largest"]);
  });
  test("one chunk is counted, and nothing is written", async () => {
    expect(await LIKENESS.run([outcomes, "--chunk", "0,0"], {})).toBe(0);
    expect(said.at(-1)).toMatch(/^0,0: \d+ pairs in \d+\.\d\d s of CPU$/);
    expect(await LIKENESS.run([outcomes, "--chunk", "0,1"], {})).toBe(2);
  });
  test("a file that is not there, and one that is no log", async () => {
    expect(await LIKENESS.run([join(folder, "none.jsonl"), "--to", folder], {})).toBe(1);
    expect(await LIKENESS.run([rows, "--to", folder], {})).toBe(1);
    expect(said.at(-1)).toContain("A line cannot be read");
  });
});

describe("arguments", () => {
  test.each([
    [["--to", "x"], "No run and no file of outcomes"],
    [["a.jsonl"], "give --to"],
    [["first", "--to", "x"], "No endpoint"],
    [["a.jsonl", "--to", "x", "--k", "0"], "--k cannot be 0"],
    [["a", "--to", "x", "--k", "101"], "--k cannot be 101"],
    [["a", "--to", "x", "--threads", "many"], "--threads cannot be many"],
    [["a", "--chunk", "1"], "--chunk cannot be 1"],
    [["a", "--to", "x", "--what"], "--what"],
    [["a.jsonl", "--to", "x", "--platform"], "--platform is for a run"],
    [["first", "--to", "x", "--platform"], "No Worker"],
    [["first", "--to", "x", "--platform", "--worker", "https://img.test"], "No secret"],
    [["first", "--chunk", "0,0", "--platform"], "exclude each other"],
    [["first", "--to", "x", "--embeddings", "ftp://a.test/", "--model", "m"], "an http or https URL"],
    [["first", "--to", "x", "--embeddings", "https://a.test/"], "No model is named"],
    [
      ["first", "--to", "x", "--embeddings", "https://a.test/", "--model", "m", "--least", "1.1"],
      "--least cannot be 1.1",
    ],
    [["a.jsonl", "--to", "x", "--embeddings", "https://a.test/", "--model", "m"], "--embeddings is for a run"],
    [["first", "--to", "x", "--model", "m"], "go with --embeddings"],
  ])("%j", (argv, problem) => expect(readArguments(argv, {}).problems.join()).toContain(problem));
  test("the Worker and its secret come from the environment too", () => {
    const env = { CATALOGUE_ENDPOINT: "https://img.test/", CATALOGUE_SECRET: "s" };
    const { platform } = readArguments(["first", "--to", "x", "--platform"], env).value;
    expect(platform).toEqual({ endpoint: "https://img.test", secret: "s" });
    expect(readArguments(["first", "--to", "x"], env).value.platform).toBeNull();
  });
  test("a chunk's parts come in their order", () => {
    expect(readArguments(["a.jsonl", "--chunk", "3,1"], {}).value.chunk).toEqual({ a: 1, b: 3 });
  });
});
