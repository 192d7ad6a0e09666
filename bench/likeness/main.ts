/**
 * `npm run bench -- likeness [--quick] [--json FILE] [--full] [--seed N] [--corpus DIR]`
 *
 * Whether the hashes find copies, and what the likeness job costs. See bench/README.md. The exit code is 1 when a figure is
 * missed. `--full` runs the job over 10 million pictures too.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { judged, type Row } from "../row.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { measureInference } from "./inference.ts";
import type { JobFigures } from "./jobProgram.ts";
import { measurePhotographs } from "./photographs.ts";
import { measurePlanted, populate, THREADS } from "./planted.ts";
import type { Change } from "./population.ts";

const LARGEST = 325_000_000;
/** Where there is no corpus: what photographs gave when it was measured. */
const MEASURED: readonly Change[] = [
  [0, 0],
  [0, 2],
  [1, 4],
  [1, 8],
  [2, 12],
  [3, 18],
];

const CORPUS = resolve(import.meta.dirname, "../../../shared/corpus");

export async function run(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      seed: { type: "string", default: "18" },
      corpus: { type: "string", default: CORPUS },
    },
  });
  const { quick, full, corpus } = values;
  const seed = Number(values.seed);
  const rows: Row[] = [];
  const photos = join(corpus, "photos");
  const photographs = existsSync(photos) ? await measurePhotographs(photos, say) : null;
  if (photographs === null) console.log(`no photographs: ${photos} is not there`);
  else rows.push(...photographs.rows);
  const changes = photographs?.changes ?? MEASURED;
  const folder = mkdtempSync(join(tmpdir(), "firstlight-bench-likeness-"));
  try {
    rows.push(...(await measurePlanted(folder, quick ? 200_000 : 2_000_000, changes, seed)));
    rows.push(...measureJob(folder, quick, full, changes, seed));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  rows.push(...measureInference(quick, seed, say));
  say("");
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (quick) console.log("\n--quick did a tenth of the work; published figures come from runs without it");
  if (rows.some(({ reached }) => !reached)) process.exitCode = 1;
  return { seed, rows };
}

const HOUR = 3_600_000;

function measureJob(
  folder: string,
  quick: boolean,
  full: boolean,
  changes: readonly Change[],
  seed: number,
): readonly Row[] {
  const sizes = [...(quick ? [500_000, 1_000_000] : [1_000_000, 2_000_000]), ...(full ? [10_000_000] : [])];
  const figures = sizes.map((size) => {
    populate(folder, size, 20_000, changes, seed);
    say(`the job over ${size} pictures`);
    const program = join(import.meta.dirname, "jobProgram.ts");
    const out = execFileSync(process.execPath, [program, folder, String(size), String(THREADS)], { encoding: "utf8" });
    return { size, ...(JSON.parse(out) as JobFigures) };
  });
  const [small, large] = figures.slice(-2);
  if (small === undefined || large === undefined) throw new Error("the job ran over fewer than two sizes");
  const exponent = Math.log(large.cpuMs / small.cpuMs) / Math.log(large.size / small.size);
  const reckoned = ((large.cpuMs / HOUR) * (LARGEST / large.size) ** exponent) as number;
  const rows = figures
    .filter(({ size }) => size === 1_000_000 || size === 10_000_000)
    .map(({ size, ms, cpuMs, pairs }) =>
      judged({
        what: `the job over ${size / 1e6} M pictures, ${THREADS} cores`,
        ...{ value: ms / 60_000, limit: size === 1_000_000 ? 10 : 150, better: "lower", unit: "min", digits: 2 },
        detail: `${(cpuMs / 1000).toFixed(1)} s of CPU, ${pairs} pairs`,
      }),
    );
  return [
    ...rows,
    judged({
      what: "its memory at most",
      ...{ value: Math.max(...figures.map(({ megabytes }) => megabytes)), limit: 500, better: "lower", unit: "MB" },
    }),
    judged({
      what: "325 M, reckoned",
      ...{ value: reckoned, limit: 2_000, better: "lower", unit: "core-hours" },
      detail: `exponent ${exponent.toFixed(2)} between ${small.size / 1e6} M and ${large.size / 1e6} M`,
    }),
    judged({
      what: "one chunk of the platform, 500 000 pictures against as many",
      ...{ value: Math.max(...figures.map(({ longestChunk }) => longestChunk)) / 1000, limit: 120, better: "lower" },
      ...{ unit: "s of CPU", digits: 1 },
    }),
  ];
}
