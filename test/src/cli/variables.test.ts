import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";
import { deployedRegions, edgeVariables, readVars } from "../../../src/cli/variables.ts";

describe("readVars", () => {
  test("reads this project's wrangler.toml as wrangler does", () => {
    const { vars } = unstable_readConfig({ config: "wrangler.toml" });
    expect(Object.keys(vars).length).toBeGreaterThan(0);
    expect(readVars(readFileSync("wrangler.toml", "utf8"))).toEqual(vars);
  });
  test.each([
    ["no section", 'name = "x"\n', {}],
    ["an empty one", "[vars]\n", {}],
    [
      "both kinds of quotes, a number, a flag",
      "[vars]\nA = \"1,2\"\nB = '3'\nC = 4\nD = true\n",
      { A: "1,2", B: "3", C: "4", D: "true" },
    ],
    ["comments", '[vars] # ours\n# A = "0"\nA = "1" # one\n', { A: "1" }],
    ["what stands in other sections is left out", '[a]\nA = "1"\n[vars]\nB = "2"\n[[c]]\nC = "3"\n', { B: "2" }],
  ])("%s", (_, toml, vars) => expect(readVars(toml)).toEqual(vars));
});

test("the command line is over the file", () => {
  expect(edgeVariables({ REGIONS: "oc", X: "1" })).toMatchObject({ REGIONS: "oc", X: "1" });
});

test.each([
  [{}, ["enam", "weur", "apac", "oc"]],
  [{ REGIONS: "weur, oc" }, ["weur", "oc"]],
  [{ REGIONS: "" }, ["enam", "weur", "apac", "oc"]],
  [{ REGIONS: "no name!" }, ["enam", "weur", "apac", "oc"]],
])("with %j these regions are deployed: %j", (given, regions) => expect(deployedRegions(given)).toEqual(regions));
