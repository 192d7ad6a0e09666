/**
 * `npm run budget [-- --startup]`: bundles both Workers and holds them to their budget: kB after gzip, and with --startup
 * the milliseconds that the Worker's code takes to start. Exit code 1: over the budget.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readCommandLine } from "../src/cli/commandLine.ts";
import { answerHelp, refuse } from "../src/cli/usage.ts";

const USAGE = "Usage: npm run budget [-- --startup]";

/** The platform takes 10 MB after gzip. We take much less, because a cold isolate loads all of it. */
const WORKERS = [
  { name: "the Worker", config: "wrangler.toml", maxKilobytes: 600 },
  // 1 120 kB of it is the AVIF encoder (docs/inside/decisions/avif.md).
  { name: "the heavy Worker", config: "src/heavy/wrangler.toml", maxKilobytes: 5_000 },
] as const;

/** The platform allows 1 s. CPU time of the start, in a workerd on our machine: 16 ms (2026-11-28). */
const MAX_STARTUP_MS = 500;

const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { switches, problems } = readCommandLine(argv, { values: [], switches: ["startup"] });
if (problems.length > 0) refuse(USAGE, ...problems);

const scratch = mkdtempSync(join(tmpdir(), "firstlight-budget-"));
const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true", CI: "1" };
let failed = false;
try {
  for (const { name, config, maxKilobytes } of WORKERS) {
    const folder = join(scratch, config.replaceAll("/", "-"));
    run(["deploy", "--dry-run", "--config", config, "--outdir", folder]);
    report(name, Math.ceil(gzipKilobytes(folder)), maxKilobytes, "kB after gzip");
  }
  if (switches.has("startup")) {
    const profile = join(scratch, "startup.cpuprofile");
    run(["check", "startup", "--outfile", profile]);
    report("the Worker's start", Math.ceil(busyMilliseconds(profile)), MAX_STARTUP_MS, "ms of CPU");
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

function report(name: string, value: number, limit: number, unit: string): void {
  if (value > limit) failed = true;
  console.log(`${value > limit ? "FAIL" : "ok  "} ${name}: ${value} of ${limit} ${unit}`);
}

function run(args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync("wrangler", args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`wrangler ${args.join(" ")} failed: ${stdout}${stderr}`);
}

/** What is uploaded: code and WebAssembly, without source maps. */
function gzipKilobytes(folder: string): number {
  const files = readdirSync(folder).filter((name) => !/\.map$|^README/.test(name));
  return files.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) / 1000;
}

/** The time of a V8 CPU profile in which it was not idle. */
function busyMilliseconds(file: string): number {
  type Profile = {
    readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
    readonly samples: readonly number[];
    readonly timeDeltas: readonly number[];
  };
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id));
  const busy = samples.reduce((sum, id, at) => sum + (idle.has(id) ? 0 : (timeDeltas[at] ?? 0)), 0);
  return busy / 1000;
}
