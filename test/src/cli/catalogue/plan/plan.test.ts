import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readManifestArguments } from "../../../../../src/cli/catalogue/manifest/arguments.ts";
import { parsePlanArguments } from "../../../../../src/cli/catalogue/plan/arguments.ts";
import { countHosts } from "../../../../../src/cli/catalogue/plan/countHosts.ts";
import { ASSUMED } from "../../../../../src/cli/catalogue/plan/expected.ts";
import { makePlan, type Plan } from "../../../../../src/cli/catalogue/plan/plan.ts";
import { bytesText, daysText, number, planLines } from "../../../../../src/cli/catalogue/plan/printPlan.ts";
import { transformOf } from "../../../../../src/cli/catalogue/plan/transform.ts";
import type { PolitenessSettings } from "../../../../../src/live/politeness.ts";
import { PolitenessRules } from "../../../../../src/origin/governor/politeness.ts";

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), "firstlight-plan-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Options = {
  readonly columns?: string;
  readonly facts?: "none" | "header";
  readonly politeness?: PolitenessSettings;
  readonly maxHosts?: number;
  readonly most?: number;
};

async function plan(lines: readonly string[], options: Options = {}): Promise<Plan> {
  const file = join(dir, "manifest.tsv");
  writeFileSync(file, lines.join("\n"));
  const parsed = readManifestArguments([file], { columns: options.columns ?? "id=0,url=1" });
  const transform = transformOf(["w:640"]);
  if (!parsed.ok || typeof transform === "string") throw new Error("wrong arguments");
  const counted = await countHosts(parsed.value.manifest, {
    ...{ transform, rules: { on: true, switched: new Map(), hostsOf: new Map() }, onProgress: () => undefined },
    ...(options.maxHosts === undefined ? {} : { maxHosts: options.maxHosts }),
  });
  return makePlan(counted, {
    ...{ politeness: new PolitenessRules(options.politeness ?? {}), facts: options.facts ?? "none" },
    ...{ renditionPixels: 640 * 427, most: options.most ?? 20 },
  });
}

const on = (host: string, count: number, path = (i: number) => `p${i}.jpg`) =>
  Array.from({ length: count }, (_, i) => `${host}-${i}\thttps://${host}/${path(i)}`);
const flickr = (i: number) => `7205/${1_000 + i}_df7747990d_b.jpg`;

describe("a plan", () => {
  test("by host: pictures, pace, days; the whole ends with the slowest", async () => {
    const made = await plan([...on("a.test", 300), ...on("b.test", 100)]);
    expect(made).toMatchObject({ lines: 400, pictures: 400, hosts: 2, beyond: 0, requests: 400, broken: { total: 0 } });
    expect(made.byHost.map(({ host, pictures, perSecond, days }) => [host, pictures, perSecond, days])).toEqual([
      ["a.test", 300, 1, 300 / 86_400],
      ["b.test", 100, 1, 100 / 86_400],
    ]);
    expect(made.days).toBe(300 / 86_400);
    expect(made.byHost.reduce((sum, { dollars }) => sum + dollars, 0)).toBeCloseTo(made.dollars.total, 9);
  });

  test("a rule of the table counts, and hosts of one group end together", async () => {
    const wikimedia = (host: string, count: number) => on(host, count, (i) => `wikipedia/commons/a/ab/P${i}.jpg`);
    const made = await plan([...wikimedia("upload.wikimedia.org", 30), ...wikimedia("thumb.wikimedia.org", 10)]);
    const [first, second] = made.byHost;
    expect([first?.group, first?.pacedBy, second?.group]).toEqual(["wikimedia-media", "rule", "wikimedia-media"]);
    expect(first?.days).toBe(second?.days);
    expect(made.days).toBeCloseTo(40 / (first?.perSecond ?? 0) / 86_400, 12);
  });

  test("live settings are over the table and over the paces of jobs", async () => {
    const made = await plan(on("a.test", 100), { politeness: { "a.test": { perSecond: 50 } } });
    expect(made.byHost[0]).toMatchObject({ pacedBy: "rule", group: "a.test" });
    expect(made.byHost[0]?.perSecond).toBeGreaterThan(1);
    // Its governor costs something for each request.
    expect(made.dollars.total).toBeGreaterThan((await plan(on("a.test", 100))).dollars.total);
  });

  test("bytes: the provider's own size where it has one, what the manifest lists of originals, else a guess", async () => {
    const own = await plan(on("live.staticflickr.com", 10, flickr));
    expect(own.bytes).toBeCloseTo(10 * 640 * 640 * ASSUMED.shape * ASSUMED.bytesPerPixel, 0);
    const guessed = await plan(on("a.test", 10));
    expect(guessed.bytes).toBe(10 * ASSUMED.originalBytes);
    const listed = await plan(
      on("a.test", 10).map((line, i) => `${line}\t${i < 5 ? 2_000 : ""}`),
      { columns: "id=0,url=1,fileSize=2" },
    );
    expect(listed.bytes).toBe(5 * 2_000 + 5 * ASSUMED.originalBytes);
    const sized = await plan(
      on("a.test", 1).map((line) => `${line}\t100\t200`),
      { columns: "id=0,url=1,width=2,height=3" },
    );
    expect(sized.bytes).toBe(100 * 200 * ASSUMED.bytesPerPixel);
  });

  test("--facts header: a second request where a provider's own size is rendered, and none elsewhere", async () => {
    const lines = [...on("live.staticflickr.com", 10, flickr), ...on("a.test", 10)];
    const [without, facts] = [await plan(lines), await plan(lines, { facts: "header" })];
    expect([without.requests, facts.requests]).toEqual([20, 30]);
    expect(facts.byHost[0]).toMatchObject({ host: "live.staticflickr.com", requests: 20, days: 20 / 86_400 });
    expect(facts.dollars.total).toBeGreaterThan(without.dollars.total);
  });

  test("hosts beyond the table are counted together, and the plan says so", async () => {
    const made = await plan([...on("a.test", 2), ...on("b.test", 3), ...on("c.test", 4)], { maxHosts: 2 });
    expect([made.hosts, made.beyond, made.pictures]).toEqual([2, 4, 9]);
    expect(planLines(made).join("\n")).toContain("4 pictures are on further hosts. The table of hosts is full");
  });

  test("broken lines and skipped ones are told", async () => {
    const made = await plan([...on("a.test", 300), "x\tno address", ""]);
    expect(made).toMatchObject({ lines: 301, pictures: 300, broken: { total: 1, byReason: { "url-invalid": 1 } } });
    const text = planLines(made).join("\n");
    expect(text).toMatch(
      /broken: 1 \(url-invalid: its address is no http or https URL\)\n {2}.*manifest\.tsv:301: x⇥no address/,
    );
    expect(text).toContain("Ends after 5 min, with a.test.");
  });

  test("the list is cut, and an empty manifest is a plan too", async () => {
    const made = await plan([...on("a.test", 1), ...on("b.test", 2)], { most: 1 });
    expect(planLines(made).join("\n")).toContain("1 more host ends earlier");
    expect(await plan([])).toMatchObject({ pictures: 0, hosts: 0, days: 0, dollars: { total: 0, perMillion: 0 } });
  });
});

describe("numbers for people", () => {
  test.each([
    [number(1_234_567), "1 234 567"],
    [number(999), "999"],
    [daysText(116.2), "116 days"],
    [daysText(1.25), "1.3 days"],
    [daysText(0.5), "12.0 h"],
    [daysText(1 / 1440), "1 min"],
    [daysText(1 / 86_400), "1 s"],
    [bytesText(0), "0 B"],
    [bytesText(999), "999 B"],
    [bytesText(1_500), "1.5 kB"],
    [bytesText(2.5e15), "2.5 PB"],
  ])("%s", (text, expected) => expect(text).toBe(expected));
});

describe("its command line", () => {
  const FILE = "package.json";
  const parse = (...words: string[]) => parsePlanArguments([FILE, "--columns", "id=0,url=1", ...words]);
  test("defaults", () => {
    expect(parse()).toMatchObject({ ok: true, value: { segments: ["w:640"], facts: "none", most: 20, json: false } });
    expect(parse("--options", "rs:fit:300:200/q:70")).toMatchObject({
      value: { segments: ["rs:fit:300:200", "q:70"] },
    });
    expect(parse("--pace", "a.test=5", "--pace", "b.test=0.5")).toMatchObject({
      value: { politeness: { "a.test": { perSecond: 5 }, "b.test": { perSecond: 0.5 } } },
    });
  });
  test.each([
    [["--width", "0"], "--width cannot be 0"],
    [["--facts", "all"], "--facts cannot be all; known are none, header"],
    [["--pace", "a.test"], "--pace cannot be a.test"],
    [["--pace", "a.test=501"], "--pace cannot be a.test=501"],
    [["--hosts", "0"], "--hosts cannot be 0"],
    [["--max-broken", "x"], "--max-broken cannot be x"],
    [["--max-broken", "101%"], "--max-broken cannot be 101%"],
    [["--delimiter", "é"], "--delimiter cannot be é"],
    [["--format", "xml"], "--format cannot be xml; known are tsv, csv, jsonl, copy"],
    [["--settings", "none.json"], "--settings none.json: ENOENT"],
    [["--map", "openverse"], "--map and --columns exclude each other"],
  ])("%j is refused", (words, problem) => {
    expect(parse(...words)).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });
  test.each([
    ["list.tsv", { columns: "id=0,url=1" }, "tsv", 9],
    ["list.csv.gz", { columns: "id=0,url=1" }, "csv", 44],
    ["list.ndjson.zst", { columns: "id=a,url=b" }, "jsonl", 9],
    ["list.csv", { columns: "id=0,url=1", delimiter: "tab" }, "csv", 9],
    ["list.tsv", { map: "openverse" }, "copy", 9],
    ["list.tsv", { map: "openverse", format: "tsv" }, "tsv", 9],
    ["list.csv", { map: "openverse" }, "csv", 44],
    ["yfcc100m_dataset.bz2", { map: "yfcc100m" }, "tsv", 9],
    ["dump.sql", { map: "openverse" }, "copy", 9],
  ])("%s with %j is %s", (name, values, format, delimiter) => {
    const file = join(dir, name);
    writeFileSync(file, "");
    expect(readManifestArguments([file], values)).toMatchObject({
      ok: true,
      value: { manifest: { format, delimiter } },
    });
  });
  test.each([
    [["none.tsv", "--columns", "id=0,url=1"], "There is no file none.tsv"],
    [[FILE], "Which column is what?"],
    [[FILE, "--map", "flickr"], "ready maps are yfcc100m, yfcc100m-500, openverse"],
    [["--columns", "id=0,url=1"], "No FILE is given"],
    [["vitest.config.ts", "--columns", "id=0,url=1"], "vitest.config.ts does not say its format"],
    [[FILE, "-", "-", "--format", "tsv", "--columns", "id=0,url=1"], "Standard input can be read once only"],
  ])("%j is refused", (words, problem) => {
    const parsed = parsePlanArguments(words);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? [] : parsed.problems).toContainEqual(expect.stringContaining(problem));
  });
});
