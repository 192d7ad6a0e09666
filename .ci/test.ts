/**
 * Runs the test suite and closes with the one line CI reads: `N passed, N failed`.
 * Skipped tests (no shared corpus, no second runtime) are counted on the line before it.
 * Arguments are handed to vitest, so `npm test -- test/src/policy` runs one folder.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Report = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
};

const dir = mkdtempSync(join(tmpdir(), "firstlight-test-"));
const file = join(dir, "report.json");
const started = Date.now();
const run = spawnSync(
  "vitest",
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...process.argv.slice(2)],
  { stdio: "inherit" },
);
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  skipped = report.numPendingTests + report.numTodoTests;
} catch {
  failed = 1;
}
rmSync(dir, { recursive: true, force: true });
// A crash outside any test (an unhandled rejection, a suite that did not load) must not look green.
if (run.status !== 0 && failed === 0) failed = 1;
console.log(`${skipped} skipped, ${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
