/** `npm run backfill` and `npm run catalogue -- import` as programs against the S3 door of a running edge. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parseBackfillArguments } from "../../../src/cli/backfill/arguments.ts";
import { type Edge, startEdge } from "../../../src/cli/edge/start.ts";
import { rowsInParts } from "../../support/manifests.ts";
import { choices } from "../../support/seeded.ts";
import { SEEDER, seed } from "../../support/seeder.ts";

const KEYS = Array.from(
  { length: 12 },
  (_, i) => `2/t/${"a".repeat(16)}/${String(i).padStart(32, "0")}/${"b".repeat(32)}`,
);
const METADATA = { sourceHash: "0badcafe", source: "https://a.test/x%20y.jpg" };

let edge: Edge;
let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "firstlight-backfill-"));
  edge = await startEdge({ heavy: false, beside: { seeder: SEEDER } });
  await put("R2_PRIMARY", [...KEYS, "2/o/an/original"], "AAAA");
}, 60_000);
afterAll(async () => {
  await edge?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const put = (binding: string, keys: readonly string[], bytes: string) =>
  seed(
    edge.beside.seeder ?? "",
    keys.map((key) => ({ binding, key, bytes, metadata: METADATA })),
  );

const start = (...args: string[]) => program("src/cli/backfill.ts", args).ended;

function program(script: string, args: readonly string[]) {
  const { endpoint, accessKeyId, secretAccessKey } = edge.s3;
  const keys = { S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
  const env = { PATH: process.env.PATH ?? "", ...keys };
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (errors += chunk));
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close").then(() => ({ code: child.exitCode, output, errors }));
  return { child, ended };
}

const bucket = (binding: string) => edge.miniflare.getR2Bucket(binding);

async function keysIn(binding: string): Promise<string[]> {
  return (await (await bucket(binding)).list()).objects.map(({ key }) => key);
}

describe("npm run backfill", { timeout: 60_000 }, () => {
  test("a list of keys that cannot be read is a wrong argument", async () => {
    const { code, errors } = await start("--from", "primary", "--to", "weur", "--keys", join(dir, "none"));
    expect([code, errors]).toEqual([2, expect.stringMatching(/^--keys cannot be read: ENOENT.*\nUsage: /)]);
  });
  test("copies a prefix with its metadata; an object that the target has stays as it is", async () => {
    const [first = ""] = KEYS;
    await put("R2_WEUR", [first], "BBBB");
    const run = await start("--from", "primary", "--to", "weur");
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("Done: 11 copied, 1 there already") });
    expect(await keysIn("R2_WEUR")).toEqual(KEYS);
    const copy = await (await bucket("R2_WEUR")).head(KEYS[5] ?? "");
    expect(copy?.customMetadata).toEqual(METADATA);
    const kept = await (await bucket("R2_WEUR")).get(first);
    expect([...new Uint8Array((await kept?.arrayBuffer()) as ArrayBuffer)]).toEqual([4, 16, 65]);
    const again = await start("--from", "primary", "--to", "weur");
    expect(again.output).toContain("Done: 0 copied, 12 there already");
  });

  test("copies a list of keys; a key that the source no longer has is counted", async () => {
    const file = join(dir, "keys.txt");
    writeFileSync(file, `${[KEYS[3], "2/t/gone", KEYS[1], KEYS[1]].join("\n")}\n`);
    const run = await start("--from", "primary", "--to", "enam", "--keys", file);
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("2 copied, 0 there already, 1 gone") });
    expect(await keysIn("R2_ENAM")).toEqual([KEYS[1], KEYS[3]]);
  });

  test("goes on after the last key of its state file; the file of another backfill is refused", async () => {
    const state = join(dir, "apac.json");
    const of = "firstlight-primary to firstlight-apac, prefix 2/t/";
    writeFileSync(state, JSON.stringify({ of, after: KEYS[8], copied: 9, present: 0, missing: 0 }));
    const run = await start("--from", "primary", "--to", "apac", "--state", state);
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("Done: 12 copied") });
    expect(await keysIn("R2_APAC")).toEqual(KEYS.slice(9));
    expect(JSON.parse(readFileSync(state, "utf8"))).toMatchObject({ of, after: KEYS[11], copied: 12 });
    const other = await start("--from", "primary", "--to", "weur", "--state", state);
    expect(other).toMatchObject({ code: 1, errors: expect.stringContaining("belongs to another backfill") });
  });

  test.each([
    [
      "a bucket that is not there",
      ["--from", "primary", "--to", "nowhere"],
      1,
      "there is no such bucket at this endpoint (404 NoSuchBucket)",
    ],
    [
      "a wrong key",
      ["--from", "primary", "--to", "weur", "--secret-key", "wrong"],
      1,
      "the secret key does not belong to the access key ID (403 SignatureDoesNotMatch)",
    ],
    [
      "no server",
      ["--from", "primary", "--to", "weur", "--endpoint", "http://127.0.0.1:9"],
      1,
      "http://127.0.0.1:9: nothing listens there",
    ],
    ["nothing", [], 2, "--from is missing"],
  ])("%s fails with its reason", async (_, args, code, message) => {
    expect(await start(...args)).toMatchObject({ code, errors: expect.stringContaining(message) });
  });
});

describe("npm run catalogue -- import", { timeout: 600_000 }, () => {
  const importing = (file: string, run: string) =>
    program("src/cli/catalogue.ts", [
      ...["import", file, "--run", run, "--columns", "id=0,url=1", "--width", "320"],
      ...["--work", join(dir, run)],
    ]);
  const objects = async (run: string) => {
    const primary = await bucket("R2_PRIMARY");
    const found = new Map<string, string>();
    let cursor: string | undefined;
    do {
      const page = await primary.list({ prefix: `catalogue/${run}/`, ...(cursor === undefined ? {} : { cursor }) });
      for (const { key } of page.objects) found.set(key, (await (await primary.get(key))?.text()) ?? "");
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    return found;
  };
  const manifest = (name: string, lines: readonly string[]) => {
    writeFileSync(join(dir, name), `${lines.join("\n")}\n`);
    return join(dir, name);
  };
  const lines = (count: number, hosts: number) =>
    Array.from({ length: count }, (_, i) => `${i}\thttps://h${i % hosts}.test/${i}.jpg`);

  test("writes a run; a second time it changes nothing; another manifest is refused", async () => {
    mkdirSync(join(dir, "small"));
    writeFileSync(join(dir, "small", "mine"), "kept");
    const file = manifest("small.tsv", [...lines(20, 3), "7\thttps://h1.test/7.jpg", "no\taddress", ""]);
    const more = manifest("more.tsv", lines(21, 3));
    const refused = await importing(file, "small").ended;
    expect([refused.code, refused.errors]).toEqual([1, expect.stringContaining("1 of 23 lines are broken")]);
    expect((await objects("small")).size).toBe(0);
    const good = manifest("small.tsv", [...lines(20, 3), "7\thttps://h1.test/7.jpg"]);
    const first = await importing(good, "small").ended;
    expect([first.code, first.output]).toEqual([0, expect.stringContaining("20 pictures on 3 hosts in 3 parts")]);
    expect(first.output).toContain("left out: 1 repeats");
    const there = await objects("small");
    expect(JSON.parse(there.get("catalogue/small/run.json") ?? "")).toMatchObject({
      ...{ pictures: 20, hosts: 3, settings: { options: "w:320" } },
    });
    const rows = rowsInParts(there, "small");
    expect([...rows.values()].flat().length).toBe(20);
    const second = await importing(good, "small").ended;
    expect([second.code, second.output]).toEqual([0, expect.stringContaining("Nothing to do")]);
    const other = await importing(more, "small").ended;
    expect([other.code, other.errors]).toEqual([1, expect.stringContaining("file 1 has other content")]);
    expect(await objects("small")).toEqual(there);
    // --work may be a folder with files of somebody else.
    expect(readFileSync(join(dir, "small", "mine"), "utf8")).toBe("kept");
  });

  test.runIf(process.env.FIRSTLIGHT_LONG === "1")(
    "killed 10 times at any moment: nothing is lost or doubled",
    async () => {
      const { below } = choices(10);
      const file = manifest("killed.tsv", lines(60_000, 700));
      for (let kill = 0; kill < 10; kill++) {
        const { child, ended } = importing(file, "killed");
        await new Promise((resolve) => setTimeout(resolve, 300 + below(2_500)));
        child.kill("SIGKILL");
        await ended;
      }
      expect((await importing(file, "killed").ended).code).toBe(0);
      const there = await objects("killed");
      const ids = [...rowsInParts(there, "killed").values()].flat().map(({ id }) => id);
      expect([ids.length, new Set(ids).size]).toEqual([60_000, 60_000]);
      await importing(file, "whole").ended;
      const whole = await objects("whole");
      const parts = (run: string, from: ReadonlyMap<string, string>) =>
        new Map(
          [...from]
            .filter(([key]) => !/(run|import)\.json$/.test(key))
            .map(([key, text]) => [key.replace(run, ""), text]),
        );
      expect(parts("killed", there)).toEqual(parts("whole", whole));
    },
  );
});

describe("its command line", () => {
  const env = { S3_ENDPOINT: "https://s3.test", S3_ACCESS_KEY_ID: "a", S3_SECRET_ACCESS_KEY: "s" };
  test.each([
    [
      "defaults",
      [],
      { what: { kind: "prefix", prefix: "2/t/" }, concurrency: 32, state: null, from: "firstlight-primary" },
    ],
    ["keys", ["--keys=k"], { what: { kind: "keys", file: "k" } }],
    ["other buckets", ["--bucket-prefix", "my-"], { from: "my-primary", to: "my-weur" }],
    ["one at a time", ["--concurrency", "1"], { concurrency: 1 }],
  ])("%s", (_, more, value) => {
    expect(parseBackfillArguments(["--from", "primary", "--to", "weur", ...more], env)).toMatchObject({
      ok: true,
      value,
    });
  });
  test.each([
    ["the same bucket", ["--to", "primary"], "--from and --to are both primary"],
    ["both lists", ["--to", "weur", "--prefix", "t/", "--keys", "k"], "exclude each other"],
    [
      "no concurrency",
      ["--to", "weur", "--concurrency", "0"],
      "--concurrency cannot be 0: a whole number from 1 to 256",
    ],
    ["more than there may be", ["--to", "weur", "--concurrency", "257"], "--concurrency cannot be 257"],
    ["an endpoint that is no URL", ["--to", "weur", "--endpoint", "s3.test"], "--endpoint cannot be s3.test"],
    ["an empty value", ["--to", "weur", "--keys="], "--keys needs a value"],
    ["an unknown word", ["--to", "weur", "--all"], "Unknown argument --all; known are --from, --to,"],
  ])("%s is refused", (_, more, problem) => {
    const parsed = parseBackfillArguments(["--from", "primary", ...more], env);
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });
});
