/** The import of manifests into a bucket in memory, and what is left when it is killed. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ManifestRow } from "../../../../../src/catalogue/manifestRow.ts";
import { DEFAULT_SETTINGS, type RunSettings, readHostEntry, readRun } from "../../../../../src/catalogue/run.ts";
import { type Imported, importManifest } from "../../../../../src/cli/catalogue/import/importManifest.ts";
import { WorkFolder } from "../../../../../src/cli/catalogue/import/workFolder.ts";
import { readManifestArguments } from "../../../../../src/cli/catalogue/manifest/arguments.ts";
import { MemoryRunStore, rowsInParts } from "../../../../support/manifests.ts";
import { choices } from "../../../../support/seeded.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), "firstlight-import-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function file(text: string | Uint8Array, ending = "tsv"): string {
  const name = join(dir, `${files++}.${ending}`);
  writeFileSync(name, text);
  return name;
}

type Options = {
  readonly store: MemoryRunStore;
  readonly work: string;
  readonly settings?: RunSettings;
  readonly labels?: string;
  readonly values?: Readonly<Record<string, string>>;
  readonly buffer?: number;
  readonly signal?: AbortSignal;
};

/** One import, as one process does it. */
async function run(names: readonly string[], options: Options): Promise<Imported> {
  const parsed = readManifestArguments(names, options.values ?? { columns: "id=0,url=1,tags=2" });
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  const work = new WorkFolder(join(dir, options.work));
  try {
    const imported = await importManifest({
      ...parsed.value,
      ...{ run: "r", labels: options.labels ?? null, settings: options.settings ?? DEFAULT_SETTINGS },
      ...{ store: options.store, work, concurrency: 3, now: 7, buffer: options.buffer ?? 200_000 },
      ...{ signal: options.signal ?? new AbortController().signal },
      ...{ onRead: () => undefined, onCheck: () => undefined, onWrite: () => undefined },
    });
    work.remove();
    return imported;
  } catch (error) {
    work.release();
    throw error;
  }
}

/** Lines of few hosts, addresses and identifiers, so that every kind of repeat comes up. */
function lines(seed: number, count: number, hosts = 5): string[] {
  const { below, chance } = choices(seed);
  return Array.from({ length: count }, () => {
    const host = `h${below(hosts)}.test`;
    const scheme = chance(0.9) ? "https" : "http";
    const path = chance(0.05) ? `a/../p${below(count)}` : `p${below(count)}`;
    return `${below(count)}\t${scheme}://${host}/${path}.jpg\t${"t".repeat(below(60))}`;
  });
}

/** What the contract says of these lines: by host, each identifier once for each canonical address, the first line of it. */
function expectedRows(all: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, ManifestRow>> {
  const hosts = new Map<string, Map<string, ManifestRow>>();
  for (const line of all) {
    const [id = "", url = "", tag = ""] = line.split("\t");
    const { host, href } = new URL(url);
    const rows = hosts.get(host) ?? new Map<string, ManifestRow>();
    hosts.set(host, rows);
    if (!rows.has(`${id} ${href}`)) rows.set(`${id} ${href}`, { id, url, ...(tag === "" ? {} : { tags: [tag] }) });
  }
  return hosts;
}

function expectComplete(store: MemoryRunStore, all: readonly string[]): void {
  const found = rowsInParts(store.objects, "r");
  const expected = expectedRows(all);
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
  let pictures = 0;
  for (const [host, rows] of expected) {
    const there = found.get(host) ?? [];
    pictures += there.length;
    expect(new Map(there.map((row) => [`${row.id} ${new URL(row.url).href}`, row]))).toEqual(rows);
    expect(there.length).toBe(rows.size);
    // Rows of one address stand together.
    const tails = there.map(({ url }) => new URL(url).pathname);
    expect(tails).toEqual([...tails].sort());
  }
  const parts = [...store.objects.keys()].filter((key) => key.includes("/parts/")).length;
  const run = readRun(store.objects.get("catalogue/r/run.json") ?? "");
  expect(run).toMatchObject({ hosts: expected.size, pictures, parts, createdAt: 7 });
  const entries = [...store.objects].flatMap(([key, text]) =>
    key.includes("/hosts/0/") ? text.trim().split("\n").map(readHostEntry) : [],
  );
  expect(new Map(entries.map((entry) => [entry.host, entry.pictures]))).toEqual(
    new Map([...expected].map(([host, rows]) => [host, rows.size])),
  );
  expect(entries.reduce((sum, entry) => sum + entry.parts, 0)).toBe(parts);
  expect(store.written.at(-1)).toBe("catalogue/r/run.json");
}

describe("any rows", () => {
  test.each(LONG ? Array.from({ length: 40 }, (_, seed) => seed) : [1, 2])(
    "seed %i: nothing is lost, nothing doubled, each host's rows together",
    async (seed) => {
      const { below } = choices(seed + 100);
      const all = lines(seed, 1 + below(LONG ? 3_000 : 600), 1 + below(LONG ? 40 : 8));
      const store = new MemoryRunStore();
      const half = Math.floor(all.length / 2);
      // Buffers of a few rows make many files, and merges of merges.
      const imported = await run([file(all.slice(0, half).join("\n")), file(all.slice(half).join("\n"))], {
        ...{ store, work: `any${seed}`, buffer: 4_000 + below(20_000) },
      });
      expectComplete(store, all);
      const kept = [...expectedRows(all).values()].reduce((sum, rows) => sum + rows.size, 0);
      expect(imported.counts).toMatchObject({ rows: kept, repeats: all.length - kept });
      expect(existsSync(join(dir, `any${seed}`))).toBe(false);
    },
  );

  test("the order and the cuts of the sort do not matter: the objects are the same", async () => {
    const all = lines(5, 300);
    const stores = [];
    for (const buffer of [3_000, 1_000_000]) {
      const store = new MemoryRunStore();
      await run([file(all.join("\n"))], { store, work: `cuts${buffer}`, buffer });
      stores.push(new Map([...store.objects].filter(([key]) => !key.endsWith("import.json"))));
    }
    expect(stores[0]).toEqual(stores[1]);
  });

  test("a host of 10 001 pictures has two parts; one picture listed 1 000 times is one row", async () => {
    const all = Array.from({ length: 10_001 }, (_, i) => `${i}\thttps://a.test/${i}.jpg\t`);
    const repeats = Array.from({ length: 999 }, () => "7\thttps://a.test/7.jpg\t");
    // Other identifiers of the same address stay.
    const others = ["x\thttps://b.test/7.jpg\t", "y\thttps://b.test/7.jpg\t"];
    const store = new MemoryRunStore();
    const { counts } = await run([file([...all, ...repeats, ...others].join("\n"))], {
      store,
      work: "thousand",
      buffer: 2_000_000,
    });
    expect(counts).toMatchObject({ rows: 10_003, repeats: 999, parts: 3, hosts: 2 });
    expect([...(rowsInParts(store.objects, "r").get("b.test") ?? [])].map(({ id }) => id)).toEqual(["x", "y"]);
  });
});

describe("a killed import", () => {
  const all = lines(9, LONG ? 600 : 120, LONG ? 12 : 6);
  test("at any write: what is written is not written again, and the end is the same", async () => {
    const name = file(all.join("\n"));
    const whole = new MemoryRunStore();
    await run([name], { store: whole, work: "whole" });
    const writes = whole.written.length;
    for (let failAt = 1; failAt <= writes; failAt += LONG ? 1 : 3) {
      const store = new MemoryRunStore();
      store.failAt = failAt;
      await expect(run([name], { store, work: "killed" })).rejects.toThrow("the bucket fails");
      expect(store.objects.has("catalogue/r/run.json")).toBe(false);
      const before = store.written.filter((key) => key.includes("/parts/"));
      // The folder is still there, or another machine goes on without it.
      if (failAt % 2 === 0) rmSync(join(dir, "killed"), { recursive: true });
      store.mend();
      await run([name], { store, work: "killed" });
      expectComplete(store, all);
      const again = store.written.filter((key) => key.includes("/parts/"));
      expect(new Set(again).size).toBe(again.length);
      expect(again.length).toBeGreaterThanOrEqual(before.length);
      expect(store.objects).toEqual(whole.objects);
    }
  });

  test("while it reads: it begins anew", async () => {
    const store = new MemoryRunStore();
    const killed = AbortSignal.abort(new Error("killed"));
    await expect(run([file(all.join("\n"))], { store, work: "reading", signal: killed })).rejects.toThrow("killed");
    expect(store.written).toEqual([]);
    await run([file(all.join("\n"))], { store, work: "reading" });
    expectComplete(store, all);
  });

  test("a bucket that was emptied in between is filled again", async () => {
    const name = file(all.join("\n"));
    const store = new MemoryRunStore();
    store.failAt = 9;
    await expect(run([name], { store, work: "emptied" })).rejects.toThrow();
    store.objects.clear();
    store.mend();
    await run([name], { store, work: "emptied" });
    expectComplete(store, all);
  });

  test("a part that somebody deleted is missed before the run counts as whole", async () => {
    const name = file(all.join("\n"));
    const store = new MemoryRunStore();
    store.failAt = 9;
    await expect(run([name], { store, work: "deleted" })).rejects.toThrow();
    const [part = ""] = store.written.filter((key) => key.includes("/parts/"));
    store.objects.delete(part);
    store.mend();
    await expect(run([name], { store, work: "deleted" })).rejects.toThrow(/has \d+ parts of \d+.*Run it again/);
    await run([name], { store, work: "deleted" });
    expectComplete(store, all);
  });
});

describe("a second import", () => {
  const all = lines(3, 100);
  test("of the same changes nothing, whatever the file is called", async () => {
    const store = new MemoryRunStore();
    await run([file(all.join("\n"))], { store, work: "second" });
    const before = [...store.written];
    const { wasThere } = await run([file(all.join("\n"))], { store, work: "second" });
    expect([wasThere, store.written]).toEqual([true, before]);
  });

  test.each([
    ["of another content", { text: `${all.join("\n")}\nx\thttps://a.test/\t` }, /file 1 has other content/],
    [
      "with another map",
      { values: { columns: "id=0,url=1" } },
      /imported with the map .*\btab, and this one is .* tab\./,
    ],
    [
      "with other options",
      { settings: { ...DEFAULT_SETTINGS, options: "w:320" } },
      /"options":"w:640".*"options":"w:320"/,
    ],
    ["of two files", { double: true }, /imported from 1 files, and these are 2/],
  ])("%s is refused, before it is done and after", async (_, other, message) => {
    const {
      text = all.join("\n"),
      double = false,
      ...rest
    } = { ...({} as { text?: string; double?: boolean }), ...other };
    for (const failAt of [5, Number.POSITIVE_INFINITY]) {
      const store = new MemoryRunStore();
      store.failAt = failAt;
      await run([file(all.join("\n"))], { store, work: "first" }).catch(() => undefined);
      store.mend();
      const before = [...store.written];
      const names = double ? [file(text), file("")] : [file(text)];
      await expect(run(names, { store, work: "other", ...rest })).rejects.toThrow(message);
      expect(store.written).toEqual(before);
    }
  });

  test("at the same time in the same folder is refused", async () => {
    const folder = join(dir, "locked");
    new WorkFolder(folder);
    writeFileSync(join(folder, "lock"), String(process.ppid));
    expect(() => new WorkFolder(folder)).toThrow(/another import of this run works in/);
    writeFileSync(join(folder, "lock"), "999999999");
    expect(readdirSync(new WorkFolder(folder).path)).toEqual(["lock"]);
  });
});

describe("broken lines", () => {
  test("are counted, and more than the limit write nothing", async () => {
    const good = Array.from({ length: 99 }, (_, i) => `${i}\thttps://a.test/${i}\t`);
    const store = new MemoryRunStore();
    const imported = await run([file([...good, "x\tno address\t"].join("\n"))], { store, work: "broken" });
    expect(imported.summary).toMatchObject({ lines: 100, broken: { "url-invalid": 1 } });
    const worse = new MemoryRunStore();
    await expect(run([file([...good, "x\t", "y\t"].join("\n"))], { store: worse, work: "worse" })).rejects.toThrow(
      "2 of 101",
    );
    expect(worse.written).toEqual([]);
  });

  test("a row that is too long loses its tags, and is broken if that is not enough", async () => {
    const store = new MemoryRunStore();
    const long = `1\thttps://a.test/x\t${Array.from({ length: 20 }, () => "t".repeat(500)).join(",")}`;
    const { summary } = await run([file(long)], { store, work: "long" });
    expect([summary?.trimmed, rowsInParts(store.objects, "r").get("a.test")]).toEqual([
      1,
      [{ id: "1", url: "https://a.test/x" }],
    ]);
    const creator = `1\thttps://a.test/${"é".repeat(1_400)}\t${"日".repeat(2_000)}`;
    const values = { columns: "id=0,url=1,creator=2", "max-broken": "100%" };
    const broken = await run([file(creator)], { store: new MemoryRunStore(), work: "longer", values });
    expect(broken.summary?.broken).toEqual({ "url-too-long": 1 });
  });
});

test("YFCC100M with its autotags: labels by identifier, of videos left out; sub-providers counted", async () => {
  const photo = (id: number, marker: number, owner = "1@N00") =>
    [
      id,
      id,
      "hash",
      owner,
      "nick",
      "",
      "1331840483",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "licence",
      7,
      8,
      "abc",
      "def",
      "jpg",
      marker,
    ].join("\t");
  const store = new MemoryRunStore();
  const { summary } = await run(
    [file([photo(1, 0), photo(2, 1), photo(3, 0, "24662369@N07"), photo(4, 0)].join("\n"))],
    {
      ...{ store, work: "yfcc", values: { map: "yfcc100m" } },
      labels: file("1\tsky:0.9,woman:0.9,blue sky:0.75\n2\tfilm:0.6\n3\t\n4\todd,sea:1\n"),
    },
  );
  expect(summary).toMatchObject({ labelled: 2, attributed: { nasa: 1 }, skipped: { video: 1 } });
  const labels = (rowsInParts(store.objects, "r").get("live.staticflickr.com") ?? []).map((row) => row.labels);
  const provider = "yfcc100m";
  expect(labels).toEqual([
    [
      { name: "sky", accuracy: 0.9, provider },
      { name: "blue sky", accuracy: 0.75, provider },
    ],
    undefined,
    [{ name: "sea", accuracy: 1, provider }],
  ]);
});
