import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseProviderArguments } from "../../../src/cli/provider/arguments.ts";

const FLICKR = "https://live.staticflickr.com/65535/49514275848_981f23e5ea";

function run(args: readonly string[], env: Record<string, string> = {}) {
  const path = { PATH: process.env.PATH ?? "" };
  return spawnSync(process.execPath, ["src/cli/provider.ts", ...args], { encoding: "utf8", env: { ...path, ...env } });
}

describe("npm run provider", () => {
  test("prints the addresses as JSON, the original last", () => {
    const { stdout, status } = run([`${FLICKR}_b.jpg`, "--width", "640"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      candidates: [
        { url: `${FLICKR}_z.jpg`, provider: "flickr", rule: "flickr", variant: "flickr.z", width: 640 },
        { url: `${FLICKR}_c.jpg`, provider: "flickr", rule: "flickr", variant: "flickr.c", width: 800 },
        { url: `${FLICKR}_b.jpg`, provider: null, rule: null, variant: "original", width: 1024 },
      ],
    });
  });
  test("takes the settings of the environment, and over them --var", () => {
    const source = "d1lfxha3ugu3d4.cloudfront.net/images/opencollection/objects/size4/CUR.66.242.29.jpg";
    const urls = (args: readonly string[], env: Record<string, string>) =>
      JSON.parse(run([source, "--width=320", ...args], env).stdout).candidates.map(({ url }: { url: string }) => url);
    const smaller = `https://${source.replace("size4", "size2")}`;
    expect(urls([], { PROVIDER_RULES: "brooklynmuseum" })).toEqual([smaller, `https://${source}`]);
    expect(urls(["--var", "PROVIDER_RULES="], { PROVIDER_RULES: "brooklynmuseum" })).toEqual([`https://${source}`]);
  });
  test.each([
    ["an unknown rule", [FLICKR, "--var", "PROVIDER_RULES=flicker"], "none of flickr"],
    ["an option that is refused", [FLICKR, "--width", "x"], "Option width cannot be"],
    ["no URL", ["--width", "640"], "A URL is missing"],
  ])("%s: exit 2", (_, args, message) => {
    const { stderr, status } = run(args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("arguments", () => {
  const parse = (...argv: string[]) => parseProviderArguments(argv);
  test.each([
    [
      "options by name and as segments",
      ["https://a.test/x", "--width", "640", "rs:fill:1:2/q:80"],
      ["width:640", "rs:fill:1:2", "q:80"],
    ],
    ["an option with a hyphen", ["https://a.test/x", "--auto-rotate=f"], ["auto_rotate:f"]],
  ])("%s", (_, argv, segments) => {
    expect(parse(...argv)).toMatchObject({ ok: true, value: { source: "https://a.test/x", segments, original: null } });
  });
  test.each([
    ["a URL without a scheme", ["a.test/x"], { source: "https://a.test/x" }],
    ["a fragment is cut", ["https://a.test/x#y"], { source: "https://a.test/x" }],
    [
      "the original's size",
      ["https://a.test/x", "--original", "4000x3000"],
      { original: { width: 4000, height: 3000 } },
    ],
  ])("%s", (_, argv, value) => {
    expect(parse(...argv)).toMatchObject({ ok: true, value });
  });
  test.each([
    ["a size that is none", ["https://a.test/x", "--original", "4000"], "--original cannot be 4000"],
    ["a side of 0", ["https://a.test/x", "--original", "0x1"], "--original cannot be 0x1"],
    ["another scheme", ["ftp://a.test/x"], "The URL cannot be ftp://a.test/x"],
    ["a variable without a value", ["https://a.test/x", "--var", "X"], "--var cannot be X"],
    ["an unknown name", ["https://a.test/x", "--bigger", "1"], "Unknown argument --bigger"],
  ])("%s", (_, argv, problem) => {
    expect(parse(...argv)).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });
});
