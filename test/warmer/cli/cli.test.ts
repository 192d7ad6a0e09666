import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { explainHint } from "../../../warmer/cli/explainHint.ts";
import { restamp } from "../../../warmer/cli/restamp.ts";
import { createHinter } from "../../../warmer/client/hint.ts";
import { hintLine, startTestWarmer, until } from "../../support/warmer.ts";
import { startWarmSink } from "../../support/warmSink.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-replay-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program of warmer/cli. Returns its exit code and output. */
function run(
  tool: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string }> {
  const file = fileURLToPath(new URL(`../../../warmer/cli/${tool}.ts`, import.meta.url));
  return new Promise((done) => {
    execFile(process.execPath, [file, ...args], { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, out: stdout + stderr });
    });
  });
}

describe.each(["hint", "replay", "../main"])("flags of %s", { timeout: 60_000 }, (tool) => {
  test.each(["--help", "-h"])("%s prints the usage and exits with 0", async (flag) => {
    expect(await run(tool, [flag])).toMatchObject({ code: 0, out: expect.stringMatching(/^Usage: .*npm run /) });
  });
  test("an unknown flag prints one line and the usage, and exits with 2", async () => {
    const { code, out } = await run(tool, ["--nonsense"]);
    expect([code, out]).toEqual([2, expect.stringMatching(/^Unknown option '--nonsense'\nUsage: .*npm run /)]);
  });
});

describe("npm run hint", { timeout: 60_000 }, () => {
  test("sends a signed hint, which arrives at its region", async () => {
    const sink = await startWarmSink();
    const secret = "0123456789abcdef";
    // This test is not about age, and a busy machine needs time to start a process.
    const warmer = await startTestWarmer({
      WARM_REGIONS: `weur=${sink.url}`,
      WARM_HINT_SECRET: secret,
      WARM_MAX_AGE_MS: "5000",
    });
    const to = `127.0.0.1:${warmer.udp.port}`;
    const { code, out } = await run("hint", ["/a", "/b", "--region", "weur", "--to", to], { WARM_HINT_SECRET: secret });
    await until(() => sink.paths().length === 2);
    expect([code, out]).toEqual([0, `2 sent to udp://${to}, 0 dropped, 0 errors\n`]);
    await run("hint", ["/c", "--country", "ES"], { WARM_LISTEN: to, WARM_HINT_SECRET: "another secret..." });
    await until(() => warmer.counts.rejectedBy.signature === 1);
    await warmer.stop();
    await sink.close();
  });
  test("without a path or a place: prints the problem, exits with 2", async () => {
    expect(await run("hint", ["--region", "weur"])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^Give a path\nUsage: /),
    });
    expect(await run("hint", ["/a"])).toMatchObject({ code: 2, out: expect.stringContaining("exactly one of") });
  });
  test.each([
    [["--region", "We Ur"], "--region cannot be We Ur: the regions are wnam, enam, weur"],
    [["--region", "wuer"], "--region cannot be wuer: the regions are wnam, enam, weur, eeur, apac, oc"],
    [["--country", "Spain"], "--country cannot be Spain: 2 letters"],
    [["--continent", "EUR"], "--continent cannot be EUR: 2 letters"],
    [["--colo", "MA"], "--colo cannot be MA: 3 letters"],
    [["--region", "weur", "--format", "gif"], "--format cannot be gif: one of webp, avif, base"],
    [["--region", "weur", "--to", "nowhere"], "--to cannot be nowhere: HOST:PORT"],
    [["--region", "weur", "--to", "127.0.0.1:0"], "--to cannot be 127.0.0.1:0: HOST:PORT"],
  ])("reports values that the warmer would drop silently: %j", async (flags, message) => {
    const { code, out } = await run("hint", ["/a", ...flags]);
    expect([code, out.split("\n")[0]]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("npm run hint says what would be dropped", { timeout: 60_000 }, () => {
  test("and sends the rest", async () => {
    const long = `/_/w:1/plain/https://example.org/${"x".repeat(1_400)}`;
    const good = "/_/w:1/plain/https://example.org/a.jpg";
    const { code, out } = await run("hint", [good, good, long, "", "--country", "ZZ", "--to", "127.0.0.1:9"]);
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      `would be dropped: "${good}": it is given twice`,
      expect.stringMatching(/^would be dropped: "\/_\/w:1.*…": 1433 bytes, a datagram has room for 1\d\d\d$/),
      'would be dropped: "": it is not a path',
      "no country ZZ is known: the hint goes to the first region",
      expect.stringMatching(/^2 sent to udp:\/\/127\.0\.0\.1:9, 2 dropped, \d errors?$/),
      "",
    ]);
  });
  test("a region of one's own is known from WARM_REGIONS", async () => {
    const env = { WARM_REGIONS: "eu-2=https://a.test" };
    const to = ["--to", "127.0.0.1:9"];
    expect(await run("hint", ["/_/w:1/plain/https://h/a", "--region", "eu-2", ...to], env)).toMatchObject({ code: 0 });
    expect(await run("hint", ["/_/w:1/plain/https://h/a", "--region", "eu-2", ...to])).toMatchObject({ code: 2 });
  });
});

test.each([
  [{ country: "ES" }, []],
  [{ country: "es" }, []],
  [{ country: "XX" }, ["no country XX is known: the hint goes to the first region"]],
  [{ continent: "EU" }, []],
  [{ continent: "EN" }, ["no continent EN is known: the hint goes to the first region"]],
  [{ colo: "MAD" }, []],
  [{ colo: "ZZZ" }, ["no data centre ZZZ is known: the hint goes to the first region"]],
  [{ region: "weur" }, []],
])("explainHint: the place %j", (place, lines) => {
  expect(explainHint(["/a"], place, false)).toEqual(lines);
});

describe("explainHint and the sender agree on what is dropped", () => {
  const rows = ["r", "s"].flatMap((kind) => [-2, -1, 0, 1, 2].map((off) => [kind, off] as const));
  test.each(rows)("%s, %d bytes around the limit", async (kind, off) => {
    const secret = kind === "s" ? { secret: "0123456789abcdef" } : {};
    const room = Number(
      /room for (\d+)/.exec(explainHint([`/${"x".repeat(2_000)}`], { region: "weur" }, kind === "s")[0] ?? "")?.[1],
    );
    const path = `/a/${"x".repeat(room - 3 + off)}`;
    const hinter = createHinter({ address: "127.0.0.1:9", ...secret });
    hinter.hint({ paths: [path], region: "weur" });
    await hinter.close();
    expect(explainHint([path], { region: "weur" }, kind === "s")).toHaveLength(off > 0 ? 1 : 0);
    expect(hinter.counts().dropped).toBe(off > 0 ? 1 : 0);
  });
});

describe("npm run replay", { timeout: 60_000 }, () => {
  test("sends each line of a file with the current time, at the given rate", async () => {
    const sink = await startWarmSink();
    const warmer = await startTestWarmer({
      WARM_REGIONS: `weur=${sink.url}`,
      WARM_MAX_AGE_MS: "5000",
      WARM_ENDPOINTS: "es=weur",
    });
    const file = join(folder, "hints.log");
    const lines = Array.from({ length: 50 }, (_, n) =>
      n % 2 ? hintLine(`/own/${n}`, { t: 1 }) : `{"jpg":"flickr/${n}","http_endpoint":"es.x","timestamp":1}`,
    );
    writeFileSync(file, `${lines.join("\n")}\n\nrubbish\n`);
    const started = performance.now();
    const { code, out } = await run("replay", [file, "--rate", "100", "--to", `127.0.0.1:${warmer.udp.port}`]);
    expect(performance.now() - started).toBeGreaterThan(480);
    await until(() => sink.paths().length === 50);
    expect([code, out]).toEqual([0, expect.stringMatching(/^51 lines in 0\.\d s/)]);
    expect(warmer.counts.rejectedBy.json).toBe(1);
    await run("replay", [file, "--rate", "10000", "--keep-time", "--to", `127.0.0.1:${warmer.udp.port}`]);
    await until(() => warmer.counts.oldAtReceipt === 50);
    await warmer.stop();
    await sink.close();
  });
  test("without a file of hints: prints the problem, exits with 2", async () => {
    expect(await run("replay", [])).toMatchObject({ code: 2, out: expect.stringMatching(/^Give a file.*\nUsage: /) });
    expect(await run("replay", [join(folder, "none")])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^ENOENT.*\nUsage: /),
    });
    expect(await run("replay", [folder])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^\S+ is a folder: .*\nUsage: /),
    });
    expect(await run("replay", [folder, "--to", "nowhere"])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^"nowhere" is not address:port.*\nUsage: /),
    });
    const file = join(folder, "one.log");
    writeFileSync(file, hintLine("/a"));
    const noPort = {
      code: 2,
      out: expect.stringMatching(/^--to cannot be 127\.0\.0\.1:0: HOST:PORT, a port from 1 to 65535\nUsage: /),
    };
    expect(await run("replay", [file, "--to", "127.0.0.1:0"])).toMatchObject(noPort);
    expect(await run("replay", [file], { WARM_LISTEN: "127.0.0.1:0" })).toMatchObject(noPort);
    expect(await run("replay", [folder, "--rate", "0"])).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^--rate 0 is not above 0\nUsage: /),
    });
  });
});

describe("restamp", () => {
  const rows = [
    ["own form, ms", '{"v":1,"t":1,"p":"/a","r":"weur"}', '{"v":1,"t":1500,"p":"/a","r":"weur"}'],
    ["Flickr's form, s", '{"jpg":"a","timestamp":1}', '{"jpg":"a","timestamp":1.5}'],
    ["not JSON", "{", "{"],
    ["a list", "[1]", "[1]"],
    ["null", "null", "null"],
  ] as const;
  test.each(rows)("%s", (_name, line, expected) => {
    expect(restamp(line, 1500)).toBe(expected);
  });
});
