import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseDeployArguments } from "../../../../src/cli/deploy/arguments.ts";
import {
  DEPLOYMENT_FILE,
  NEW_DEPLOYMENT,
  parseDeployment,
  readDeployment,
  writeDeployment,
} from "../../../../src/cli/deploy/deployment.ts";
import { commandOf } from "../../../../src/cli/deploy/wrangler.ts";

const NOTHING = { mode: "deploy", file: DEPLOYMENT_FILE, domain: null, regions: null, test: null, further: [] };

describe("the command line", () => {
  test.each([
    [[], {}],
    [["--domain", "IMG.example.org"], { domain: "img.example.org" }],
    [["--domain=img.example.org", "--regions=weur,oc"], { domain: "img.example.org", regions: ["weur", "oc"] }],
    [["--dry-run", "--no-test"], { mode: "dry-run", test: "" }],
    [["--test", "https://x.test"], { test: "https://x.test" }],
    [["--destroy", "--file", "other.json"], { mode: "destroy", file: "other.json" }],
    [["--tag", "abc", "--minify"], { further: ["--tag", "abc", "--minify"] }],
  ])("%j", (argv, expected) => {
    expect(parseDeployArguments(argv)).toEqual({ ok: true, value: { ...NOTHING, ...expected } });
  });
  test.each([
    [["--domain"], "--domain needs a value"],
    [["--domain", "--dry-run"], "--domain needs a value"],
    [["--domain", "a.test", "--domain", "b.test"], "--domain is given twice"],
    [["--domain", "https://img.example.org"], "--domain must be a host name"],
    [["--domain", "localhost"], "--domain must be a host name"],
    [["--regions", "weur,weur"], "--regions must be different ones"],
    [["--regions", "weur,"], "--regions must be different ones"],
    [["--destroy", "--domain", "a.test"], "--destroy takes nothing else but --file"],
  ])("%j is refused", (argv, problem) => {
    expect(parseDeployArguments(argv)).toEqual({ ok: false, problems: [expect.stringContaining(problem)] });
  });
});

describe("deployment.json", () => {
  test("what is written is read again; what is left out has its default; the same content is not written anew", () => {
    const folder = mkdtempSync(join(tmpdir(), "firstlight-deployment-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "deployment.json");
    expect(readDeployment(file)).toBeNull();
    const deployment = { ...NEW_DEPLOYMENT, domain: "img.example.org", vars: { ALLOWED_SOURCES: "*.example.org" } };
    writeDeployment(file, deployment);
    expect(readDeployment(file)).toEqual(deployment);
    expect(Object.keys(JSON.parse(readFileSync(file, "utf8")))).toEqual(["domain", "regions", "vars"]);
    writeFileSync(file, "nonsense");
    expect(() => readDeployment(file)).toThrow(file);
  });
  test.each([
    ['{"domain":"img.example.org","region":["weur"]}', "region is not known here; known are domain, regions"],
    ['{"regions":["weur"]}', 'domain must be a host name, such as img.example.org, not ""'],
    ['{"domain":"img.example.org","vars":{"A":1}}', 'vars must be an object of texts, not {"A":1}'],
    [
      '{"domain":"img.example.org","vars":{"WARM_SECRET":"do not show this"}}',
      /^vars must have no secrets: set WARM_SECRET with npx wrangler secret put$/,
    ],
    ["[]", "it is no JSON object"],
  ])("%s is refused", (text, problem) => {
    expect(() => parseDeployment(text)).toThrow(problem);
  });
});

test("a command is shown as a person types it", () => {
  expect(commandOf(["deploy", "--message", "it's", "a"])).toBe("npx wrangler deploy --message 'it'\\''s' a");
});
