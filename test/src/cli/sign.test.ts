import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseSignArguments } from "../../../src/cli/sign/arguments.ts";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";

const VARS = { SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" };
const SOURCE = "https://example.org/a.jpg?x=1";

function run(args: readonly string[], env: Record<string, string> = VARS) {
  const path = { PATH: process.env.PATH ?? "" };
  return spawnSync(process.execPath, ["src/cli/sign.ts", ...args], { encoding: "utf8", env: { ...path, ...env } });
}

describe("npm run sign", () => {
  test.each([
    ["source alone", [SOURCE], { width: 0 }],
    ["segments", [SOURCE, "rs:fill:300:200", "q:80"], { resize: "fill", width: 300, height: 200, quality: 80 }],
    ["segments joined", [SOURCE, "rs:fill:300:200/q:80"], { resize: "fill", quality: 80 }],
    [
      "by name",
      [SOURCE, "--width", "300", "--rt=fill", "--auto-rotate", "f"],
      { width: 300, resize: "fill", autoRotate: false },
    ],
    ["plain", ["--plain", SOURCE, "w:300"], { width: 300 }],
  ])("%s: the Worker reads the URL", async (_, args, expected) => {
    const { stdout, status } = run(args);
    expect(status).toBe(0);
    const request = await readImageRequest(`https://cdn.test${stdout.trim()}`, null, parseConfig(VARS), 0);
    expect(request.source).toBe(SOURCE);
    expect(request.transform).toMatchObject(expected);
  });
  test("takes an endpoint, a key and a size", async () => {
    const { stdout } = run(
      [SOURCE, "--endpoint", "https://cdn.test/", "--key", "00", "--salt", "01", "--size", "16"],
      {},
    );
    const config = parseConfig({ SIGNING_KEYS: "00", SIGNING_SALTS: "01", SIGNATURE_SIZE: "16" });
    expect((await readImageRequest(stdout.trim(), null, config, 0)).authority).toBe("signature");
  });
  test("of several keys the last signs: rotation appends the new pair", async () => {
    const { stdout } = run([SOURCE, "w:300"], { SIGNING_KEYS: "00,01", SIGNING_SALTS: "10,11" });
    const url = `https://cdn.test${stdout.trim()}`;
    const newest = parseConfig({ SIGNING_KEYS: "01", SIGNING_SALTS: "11" });
    expect((await readImageRequest(url, null, newest, 0)).authority).toBe("signature");
    const oldest = parseConfig({ SIGNING_KEYS: "00", SIGNING_SALTS: "10" });
    await expect(readImageRequest(url, null, oldest, 0)).rejects.toThrow("signature_invalid");
  });
  test.each([
    ["no key", [SOURCE], {}, "No key: set SIGNING_KEYS"],
    ["an option that is refused", [SOURCE, "w:x"], VARS, "Option width (w) cannot be"],
    ["an unknown option", [SOURCE, "--glow", "3"], VARS, "Unknown argument --glow"],
    ["nothing", [], VARS, "A source is missing"],
    ["a wrong size", [SOURCE, "--size", "8"], VARS, "SIGNATURE_SIZE"],
    ["a source without its scheme", ["example.org/a.jpg"], VARS, "The source cannot be example.org/a.jpg"],
    ["a source of another scheme", ["ftp://example.org/a"], VARS, "an absolute http or https URL is needed"],
    ["an endpoint that is none", [SOURCE, "--endpoint", "cdn.test"], VARS, "--endpoint cannot be cdn.test"],
    ["neither URL nor path", ["--explain", "cdn.test/w:1/x"], VARS, "--explain cannot be cdn.test/w:1/x"],
  ])("%s", (_, args, env, message) => {
    const { stderr, status } = run(args, env);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stderr).not.toMatch(/^Error|^ +at /m);
  });
  test.each(["--help", "-h"])("%s prints the usage, exit 0", (flag) => {
    const { stdout, stderr, status } = run([flag], {});
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^Usage: npm run sign -- /), ""]);
  });
});

describe("--explain", () => {
  test("a good URL: what is asked, and the answer", () => {
    const url = run([SOURCE, "--endpoint", "https://cdn.test", "w:300"]).stdout.trim();
    const { stdout, status } = run(["--explain", url, "--accept", "image/webp"]);
    expect(status).toBe(0);
    for (const part of [
      SOURCE,
      "permitted by  signature, with key 1 of 1",
      "width 300",
      'class "webp"',
      "may be fetched",
    ]) {
      expect(stdout).toContain(part);
    }
  });
  test("a path as `npm run sign` prints it without --endpoint", () => {
    const path = run([SOURCE, "w:300"]).stdout.trim();
    expect(path).toMatch(/^\//);
    const bare = run(["--explain", path]);
    expect([bare.status, bare.stdout]).toEqual([0, expect.stringContaining("may be fetched")]);
    expect(bare.stdout).toContain("host          none given; --endpoint URL");
    const whole = run(["--explain", path, "--endpoint", "https://cdn.test/"]);
    expect([whole.status, whole.stdout]).toEqual([0, expect.not.stringContaining("none given")]);
    const own = run(["--explain", path, "--endpoint", "https://example.org"]);
    expect([own.status, own.stdout]).toEqual([1, expect.stringContaining("508 loop")]);
  });
  test("a path with a loopback source, as README has it", () => {
    const env = { ...VARS, ALLOW_LOOPBACK_SOURCES: "true" };
    const path = run(["http://127.0.0.1:9000/a.jpg", "w:320"], env).stdout.trim();
    const { stdout, status } = run(["--explain", path], env);
    expect([status, stdout]).toEqual([0, expect.stringContaining("may be fetched")]);
  });
  test("a private source", () => {
    const url = run(["http://10.0.0.1/a.jpg", "--endpoint", "https://cdn.test"]).stdout.trim();
    const { stdout, status } = run(["--explain", url]);
    expect([status, stdout]).toEqual([1, expect.stringContaining("403 address_private")]);
    expect(stdout).toContain("10.0.0.0/8 private use (RFC 1918)");
  });
  test("a wrong signature", () => {
    const { stdout, status } = run(["--explain", `https://cdn.test/${"A".repeat(43)}/w:1/aHR0cHM6Ly9hLnRlc3Qv`]);
    expect([status, stdout]).toEqual([1, expect.stringContaining("403 signature_invalid")]);
  });
});

test("--explain reads the variables and settings that npm run edge takes", () => {
  const file = join(mkdtempSync(join(tmpdir(), "firstlight-sign-")), "settings.json");
  onTestFinished(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, '{"allowedSources":["example.org"],\n"regions":{"colo:MAD":"eeur"}}');
  const args = ["--explain", "/_/w:300/plain/https://example.org/a.jpg", "--settings", file, "--colo", "MAD"];
  const good = run([...args, "--var", "REGIONS=apac,eeur"], {});
  expect([good.status, good.stdout]).toEqual([
    0,
    expect.stringContaining("eeur for a reader at MAD, by the live settings"),
  ]);
  expect(good.stdout).toContain("permitted by  the list of allowed sources");
  const wrong = run(args, {});
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('line 2, column 23: regions.colo:MAD cannot be "eeur": deployed are enam, weur, apac, oc'),
  ]);
});

test("all problems of a command line come at once", () => {
  expect(parseSignArguments(["--key", "00", "--nope", "1", "--size"])).toEqual({
    ok: false,
    problems: [
      expect.stringMatching(
        /^Unknown argument --nope; known are --endpoint, .*, and the options of docs\/front-end\/url\.md \(.*width/,
      ),
      "--size needs a value",
      "A source is missing",
      "--key and --salt come together",
    ],
  });
});

describe("a command line that is refused", () => {
  test.each([
    ["a flag of --explain without it", [SOURCE, "--colo", "MAD"], "--colo goes with --explain"],
    ["settings without --explain", [SOURCE, "--settings", "f"], "--settings goes with --explain"],
    ["a data centre in small letters", ["--explain", "/a", "--colo", "mad"], "--colo cannot be mad"],
    ["a variable without =", ["--explain", "/a", "--var", "KEY"], "--var cannot be KEY: NAME=VALUE is needed"],
    ["a second URL", ["--explain", "/a", "/b"], "--explain takes one URL or path, not b besides"],
    ["--plain with --explain", ["--explain", "/a", "--plain"], "--plain does not go with --explain"],
    ["an endpoint twice", [SOURCE, "--endpoint", "http://a", "--endpoint=http://b"], "--endpoint is given 2 times"],
  ])("%s", (_, argv, problem) => {
    expect(parseSignArguments(argv)).toEqual({ ok: false, problems: [expect.stringContaining(problem)] });
  });
  test("variables: the later of two wins, and a value may hold =", () => {
    const parsed = parseSignArguments(["--explain", "/a", "--var", "A=1", "--var", "A=b=c"]);
    expect(parsed).toMatchObject({ ok: true, value: { vars: { A: "b=c" } } });
  });
});
