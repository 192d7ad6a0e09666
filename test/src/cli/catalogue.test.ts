/** `npm run catalogue` as a program. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { CATALOGUE_USAGE, COMMANDS } from "../../../src/cli/catalogue/commands.ts";
import { PLAN } from "../../../src/cli/catalogue/plan.ts";

async function catalogue(args: readonly string[], input: string | Uint8Array = "") {
  const child = spawn(process.execPath, ["src/cli/catalogue.ts", ...args], { env: { PATH: process.env.PATH ?? "" } });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  // A program that refuses its arguments reads nothing.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  await once(child, "close");
  return { code: child.exitCode, output, errors };
}

const MANIFEST = "id,url\n1,https://a.test/1.jpg\n2,https://a.test/2.jpg\n3,none\n";
const PLAN_STDIN = ["plan", "-", "--format", "csv", "--columns", "id=id,url=url"];

describe("plan", () => {
  test("reads standard input, compressed, and prints JSON", async () => {
    const { code, output } = await catalogue([...PLAN_STDIN, "--json", "--max-broken", "50%"], gzipSync(MANIFEST));
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({
      ...{ lines: 3, pictures: 2, hosts: 1, broken: { total: 1, examples: [{ file: "-", line: 4 }] } },
      byHost: [{ host: "a.test", pictures: 2, pacedBy: "default" }],
    });
  });

  test("more broken lines than the limit: exit code 1, and which they are", async () => {
    const { code, output, errors } = await catalogue(PLAN_STDIN, MANIFEST);
    expect([code, output]).toEqual([1, ""]);
    expect(errors).toMatch(/broken: 1 \(url-invalid: .*\)\n {2}-:4: 3,none\n1 of 3 lines are broken/);
  });
});

describe("a header that the map does not read as one", () => {
  const plan = (columns: string, text: string) =>
    catalogue(["plan", "-", "--format", "tsv", "--columns", columns, "--max-broken", "50%"], text);
  const row = "1\thttps://a.test/1.jpg\n";
  test.each([
    ["id=0,url=1", `id\turl\n${row}`, "--columns id=id,url=url"],
    ["id=0,url=1", `id\tnone.jpg\n${row}`, null],
    ["id=0,url=1", `${row}id\turl\n`, null],
  ])("%s, %j: %s", async (columns, text, advice) => {
    const { code, output } = await plan(columns, text);
    expect([code, /this looks like a header line: name the columns, (.*)/.exec(output)?.[1] ?? null]).toEqual([
      0,
      advice,
    ]);
  });
});

test.each([
  [[], 2, "No command is given"],
  [["walk"], 2, "Unknown command walk; known are plan, import, start"],
  [["--help"], 0, CATALOGUE_USAGE],
  [["plan", "--help"], 0, PLAN.usage],
  [["plan"], 2, "No FILE is given"],
])("%j ends with %i", async (args, code, text) => {
  const ended = await catalogue(args);
  expect([ended.code, ended.output + ended.errors]).toEqual([code, expect.stringContaining(text)]);
});

test("the usage names every command", () => {
  for (const name of Object.keys(COMMANDS)) expect(CATALOGUE_USAGE).toContain(`\n  ${name} `);
});
