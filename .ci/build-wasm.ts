/**
 * `npm run build:wasm`: builds every AssemblyScript module of the table below. The built files are committed, so deploying,
 * testing and running need no build. `npm run build:wasm -- --check` writes nothing, and fails if a committed file differs
 * from what its sources give.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readCommandLine } from "../src/cli/commandLine.ts";
import { answerHelp, refuse } from "../src/cli/usage.ts";

/** Optimised for speed. Every runtime that we use has SIMD. No garbage collector: each module lays out its own memory. */
const FLAGS = ["-O3", "--converge", "--noAssert", "--enable", "simd", "--runtime", "stub", "--use", "abort="] as const;

/** For a module whose memory must never grow or move: the kernel writes to addresses in it. */
const FIXED = [...FLAGS, "--initialMemory", "3", "--maximumMemory", "3"] as const;

const MODULES = [
  { of: "src/image/formats/jpeg", name: "decoder", entry: "decoder/index.ts", flags: FLAGS },
  { of: "src/image/formats/jpeg", name: "encoder", entry: "encoder/index.ts", flags: FLAGS },
  { of: "src/image/formats/png", name: "decoder", entry: "index.ts", flags: FLAGS },
  { of: "src/image/formats/tiff", name: "decoder", entry: "index.ts", flags: FLAGS },
  { of: "src/image/formats/webp", name: "decoder", entry: "decoder/index.ts", flags: FLAGS },
  { of: "src/image/formats/webp", name: "encoder", entry: "encoder/index.ts", flags: FLAGS },
  { of: "src/image/resize", name: "resize", entry: "resize.ts", flags: FLAGS },
  { of: "src/catalogue/likeness", name: "match", entry: "match.ts", flags: FLAGS },
  { of: "warmer/hint", name: "scan", entry: "scan.ts", flags: FIXED },
] as const satisfies readonly {
  readonly of: string;
  /** The built file is `{of}/wasm/{name}.wasm`. */
  readonly name: string;
  /** The source file below `{of}/assembly/`. */
  readonly entry: string;
  readonly flags: readonly string[];
}[];

const root = resolve(import.meta.dirname, "..");
const USAGE =
  "Usage: npm run build:wasm [-- --check]\n--check writes nothing, and fails if a built file is not up to date.";
const argv = process.argv.slice(2);
answerHelp(USAGE, argv);
const { switches, problems } = readCommandLine(argv, { values: [], switches: ["check"] });
if (problems.length > 0) refuse(USAGE, ...problems);
const check = switches.has("check");
const scratch = mkdtempSync(join(tmpdir(), "firstlight-wasm-"));
let failed = 0;

for (const { of, name, entry, flags } of MODULES) {
  const outFile = join(scratch, `${of.replaceAll("/", "-")}-${name}.wasm`);
  const args = [join(of, "assembly", entry), "--outFile", outFile, ...flags];
  const run = spawnSync("asc", args, { cwd: root, encoding: "utf8" });
  if (run.status !== 0) {
    failed++;
    console.log(`FAIL ${of}/${name}: ${run.error?.message ?? ""}${run.stdout}${run.stderr}`);
    continue;
  }
  const built = readFileSync(outFile);
  const committed = join(root, of, "wasm", `${name}.wasm`);
  const same = existsSync(committed) && built.equals(readFileSync(committed));
  if (!check) writeFileSync(committed, built);
  if (check && !same) failed++;
  console.log(
    `${check && !same ? "FAIL" : "ok  "} ${of}/wasm/${name}.wasm: ${built.length} bytes, ${same ? "unchanged" : "changed"}`,
  );
}

rmSync(scratch, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
