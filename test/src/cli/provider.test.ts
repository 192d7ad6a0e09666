import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseProviderArguments } from "../../../src/cli/provider/arguments.ts";
import { candidatesJson } from "../../../src/cli/provider/candidatesJson.ts";

const FLICKR = "https://live.staticflickr.com/65535/49514275848_981f23e5ea";

function run(args: readonly string[], env: Record<string, string> = {}) {
  const path = { PATH: process.env.PATH ?? "" };
  return spawnSync(process.execPath, ["src/cli/provider.ts", ...args], { encoding: "utf8", env: { ...path, ...env } });
}

const asked = (argv: readonly string[], vars: Record<string, string> = {}) => {
  const parsed = parseProviderArguments(argv);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return JSON.parse(candidatesJson(parsed.value, { ...vars, ...parsed.value.vars }));
};

test("npm run provider: the program takes the environment's settings, and over them --var", () => {
  const source = "d1lfxha3ugu3d4.cloudfront.net/images/opencollection/objects/size4/CUR.66.242.29.jpg";
  const args = [source, "--width=320", "--var", "PROVIDER_RULES=brooklynmuseum"];
  const { stdout, status } = run(args, { PROVIDER_RULES: "flicker" });
  expect(status).toBe(0);
  const urls = JSON.parse(stdout).candidates.map(({ url }: { url: string }) => url);
  expect(urls).toEqual([`https://${source.replace("size4", "size2")}`, `https://${source}`]);
});

describe("candidatesJson", () => {
  test("the addresses in order, the original last", () => {
    expect(asked([`${FLICKR}_b.jpg`, "--width", "640"])).toEqual({
      candidates: [
        { url: `${FLICKR}_z.jpg`, provider: "flickr", rule: "flickr", variant: "flickr.z", width: 640 },
        { url: `${FLICKR}_c.jpg`, provider: "flickr", rule: "flickr", variant: "flickr.c", width: 800 },
        { url: `${FLICKR}_b.jpg`, provider: null, rule: null, variant: "original", width: 1024 },
      ],
    });
  });
  test("with the size of the original", () => {
    const source = "https://pd.w.org/2022/05/203627f31f8770f03.61535278.jpg";
    const { candidates } = asked([source, "w:1024", "--original", "4000x2667"], { PROVIDER_RULES: "wordpress" });
    expect(candidates[0]).toMatchObject({ url: source.replace(".jpg", "-1024x683.jpg") });
    expect(candidates.at(-1)).toMatchObject({ url: source, width: 4000 });
  });
  test.each([
    ["an unknown rule", [FLICKR, "--var", "PROVIDER_RULES=flicker"], "misconfigured"],
    ["an option that is refused", [FLICKR, "--width", "x"], "option_invalid"],
  ])("%s", (_, argv, reason) => {
    expect(() => asked(argv)).toThrow(reason);
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
