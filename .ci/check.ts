/** `npm run check`: format and lint, types, and whether the Worker can be bundled for deployment. */
import { spawnSync } from "node:child_process";
import { readCommandLine } from "../src/cli/commandLine.ts";
import { answerHelp, refuse } from "../src/cli/usage.ts";

const USAGE = "Usage: npm run check";
const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { problems } = readCommandLine(argv, { values: [] });
if (problems.length > 0) refuse(USAGE, ...problems);

const STEPS = [
  ["format and lint", "biome", ["check", "--error-on-warnings", "."]],
  [
    "Env matches wrangler.toml",
    "wrangler",
    ["types", "--include-runtime=false", "--check", "src/types/worker-configuration.d.ts"],
  ],
  ["types of the Worker", "tsc", ["-p", "tsconfig.json"]],
  ["types of Node programs and tests", "tsc", ["-p", "tsconfig.node.json"]],
  ["types of tests in workerd", "tsc", ["-p", "test/tsconfig.workerd.json"]],
  ["wrangler deploy --dry-run", "wrangler", ["deploy", "--dry-run", "--outdir", "dist/worker"]],
  [
    "the same for the heavy Worker",
    "wrangler",
    ["deploy", "--dry-run", "--config", "src/heavy/wrangler.toml", "--outdir", "dist/heavy"],
  ],
] as const satisfies readonly (readonly [string, string, readonly string[]])[];

const OFFLINE = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", CI: "1" };

for (const [name, command, args] of STEPS) {
  const run = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, ...OFFLINE } });
  const ok = run.status === 0;
  console.log(`${ok ? "ok  " : "FAIL"} ${name}`);
  if (!ok) {
    console.log(run.stdout ?? "", run.stderr ?? "", run.error ?? "");
    process.exit(1);
  }
}
