/**
 * `npm run build:wasm`: builds every AssemblyScript module of the image engine from the table below. The built files
 * are committed, so that deploying, testing and running need no build.
 * `npm run build:wasm -- --check` writes nothing and fails if a committed file is not what its sources give.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ASSEMBLY = "src/image/assembly";
const BUILT = "src/image/wasm";

/** Speed first; SIMD is in every runtime we serve from; no garbage collector, for each module lays out its own memory. */
const FLAGS = ["-O3", "--converge", "--noAssert", "--enable", "simd", "--runtime", "stub", "--use", "abort="] as const;

const MODULES = [
  { name: "jpeg", entry: "jpeg/index.ts", flags: FLAGS },
  { name: "jpegenc", entry: "jpegenc/index.ts", flags: FLAGS },
  { name: "png", entry: "png/index.ts", flags: FLAGS },
  { name: "vp8", entry: "vp8/index.ts", flags: FLAGS },
  { name: "resize", entry: "resize.ts", flags: FLAGS },
] as const satisfies readonly {
  /** The file is `src/image/wasm/{name}.wasm`. */
  readonly name: string;
  /** Below `src/image/assembly/`. */
  readonly entry: string;
  readonly flags: readonly string[];
}[];

const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const scratch = mkdtempSync(join(tmpdir(), "firstlight-wasm-"));
let failed = 0;

for (const { name, entry, flags } of MODULES) {
  const outFile = join(scratch, `${name}.wasm`);
  const args = [join(ASSEMBLY, entry), "--outFile", outFile, ...flags];
  const run = spawnSync("asc", args, { cwd: root, encoding: "utf8" });
  if (run.status !== 0) {
    failed++;
    console.log(`FAIL ${name}: ${run.error?.message ?? ""}${run.stdout}${run.stderr}`);
    continue;
  }
  const built = readFileSync(outFile);
  const committed = join(root, BUILT, `${name}.wasm`);
  const same = existsSync(committed) && built.equals(readFileSync(committed));
  if (!check) writeFileSync(committed, built);
  if (check && !same) failed++;
  console.log(`${check && !same ? "FAIL" : "ok  "} ${name}: ${built.length} bytes, ${same ? "unchanged" : "changed"}`);
}

rmSync(scratch, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
