/**
 * `npm test`: runs the tests. The last line is the one that CI reads: `N passed, N failed`. The line before it counts the
 * skipped tests (without the shared corpus, for example). Arguments go to vitest: `npm test -- test/src/policy` runs one
 * folder.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerHelp } from "../src/cli/usage.ts";

answerHelp(
  `Usage: npm test [-- PATH ...] [-- OPTION ...]
PATH is a file or folder of tests, such as test/src/policy. OPTION is an option of vitest, such as -t NAME.
npm run test:long runs the long versions of the tests too.`,
  process.argv.slice(2),
);

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
  // The tests start some 300 programs. With what the first ones compiled, the others take less CPU time to start.
  { stdio: "inherit", env: { NODE_COMPILE_CACHE: join(dir, "compiled"), ...process.env } },
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
// A crash outside of any test (an unhandled rejection, a file that cannot be loaded) must count as a failure.
if (run.status !== 0 && failed === 0) failed = 1;
console.log(`${skipped} skipped, ${Math.round((Date.now() - started) / 1000)} s`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
