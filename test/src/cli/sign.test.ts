import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
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
  ])("%s gives a URL that the Worker reads", async (_, args, expected) => {
    const { stdout, status } = run(args);
    expect(status).toBe(0);
    const request = await readImageRequest(`https://cdn.test${stdout.trim()}`, null, parseConfig(VARS), 0);
    expect(request.source).toBe(SOURCE);
    expect(request.transform).toMatchObject(expected);
  });
  test("with an endpoint, a key and a size of its own", async () => {
    const { stdout } = run(
      [SOURCE, "--endpoint", "https://cdn.test/", "--key", "00", "--salt", "01", "--size", "16"],
      {},
    );
    const config = parseConfig({ SIGNING_KEYS: "00", SIGNING_SALTS: "01", SIGNATURE_SIZE: "16" });
    expect((await readImageRequest(stdout.trim(), null, config, 0)).authority).toBe("signature");
  });
  test.each([
    ["no key", [SOURCE], {}, "No key: set SIGNING_KEYS"],
    ["an option that is refused", [SOURCE, "w:x"], VARS, "Option width (w) cannot be"],
    ["an unknown option", [SOURCE, "--blur", "3"], VARS, "Unknown argument --blur"],
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
  test("a good URL, and what becomes of it", () => {
    const url = run([SOURCE, "--endpoint", "https://cdn.test", "w:300"]).stdout.trim();
    const { stdout, status } = run(["--explain", url, "--accept", "image/webp"]);
    expect(status).toBe(0);
    for (const part of [SOURCE, "vouched by  signature", "width       300", "yes, webp here", "may be fetched"]) {
      expect(stdout).toContain(part);
    }
  });
  test("a path as it is printed without --endpoint", () => {
    const path = run([SOURCE, "w:300"]).stdout.trim();
    expect(path).toMatch(/^\//);
    const bare = run(["--explain", path]);
    expect([bare.status, bare.stdout]).toEqual([0, expect.stringContaining("may be fetched")]);
    expect(bare.stdout).toContain("host        none given; --endpoint URL");
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

test("all problems of a command line come at once", () => {
  expect(parseSignArguments(["--key", "00", "--nope", "1", "--size"])).toEqual({
    ok: false,
    problems: [
      "Unknown argument --nope",
      "--size needs a value",
      "A source is missing",
      "--key and --salt come together",
    ],
  });
});
