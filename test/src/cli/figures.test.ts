import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { newTrace } from "../../../src/telemetry.ts";

const run = (args: readonly string[], input = "") => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["src/cli/figures.ts", ...args], {
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};
const line = JSON.stringify({ ...newTrace("reader", "weur", "MAD"), hit: "edge", stages: { total: 4 } });
const FIGURES =
  "2 reader requests, hit ratio 100.0 % (0 derived, 0 missed), p50 4 ms, p95 4 ms, 0 source fetches, no errors\n";

test("reads standard input", () => {
  expect(run([], `ready\n${line}\n${line}\n`)).toEqual({ status: 0, stdout: FIGURES, stderr: "" });
});
test("reads files, one after the other", () => {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-figures-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = ["a.log", "b.log"].map((name) => join(folder, name));
  for (const file of files) writeFileSync(file, `${line}\r\n`);
  expect(run(files).stdout).toBe(FIGURES);
});
test.each([
  ["a file that is not there", ["/nowhere/edge.log"], "", /^There is no file \/nowhere\/edge\.log$/m],
  ["a log of something else", [], "hello\n", /^No line is one of the Worker's log$/m],
])("%s is an error", (_, args, input, words) => {
  expect(run(args, input)).toMatchObject({ status: 1, stdout: "", stderr: expect.stringMatching(words) });
});
