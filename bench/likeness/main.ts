/**
 * `npm run bench -- likeness [--quick] [--json FILE] [--only NAME,…] [--seed N] [--corpus DIR]`
 *
 * Whether the hashes find copies, what the likeness job costs, and whether inferred tags are right. See bench/README.md. The
 * exit code is 1 when a figure is missed. `--quick` leaves out the part `large`, the job over 10 million pictures.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chooseParts } from "../parts.ts";
import type { Row } from "../row.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { measureInference } from "./inference.ts";
import { measureJob } from "./job.ts";
import { measurePhotographs, type Photographs } from "./photographs.ts";
import { measurePlanted } from "./planted.ts";
import type { Change } from "./population.ts";

/** Where there is no corpus, and where photographs are not wanted: what they gave when it was measured. */
const MEASURED: readonly Change[] = [
  [0, 0],
  [0, 2],
  [1, 4],
  [1, 8],
  [2, 12],
  [3, 18],
];

const CORPUS = resolve(import.meta.dirname, "../../../shared/corpus");

type Order = {
  readonly quick: boolean;
  readonly seed: number;
  readonly folder: string;
  readonly changes: readonly Change[];
  readonly photographs: Photographs | null;
};

const PARTS = {
  photographs: async ({ photographs }) => photographs?.rows ?? [],
  planted: ({ folder, quick, changes, seed }) => measurePlanted(folder, quick ? 200_000 : 2_000_000, changes, seed),
  job: async ({ folder, quick, changes, seed }) =>
    measureJob(folder, quick ? [500_000, 1_000_000] : [1_000_000, 2_000_000], changes, seed),
  large: async ({ folder, changes, seed }) => measureJob(folder, [2_000_000, 10_000_000], changes, seed),
  inference: async ({ quick, seed }) => measureInference(quick, seed, say),
} as const satisfies Readonly<Record<string, (order: Order) => Promise<readonly Row[]>>>;

const NAMES = Object.keys(PARTS) as (keyof typeof PARTS)[];

export async function run(args: readonly string[]): Promise<unknown> {
  const { seed, corpus, isNamed, rest } = ownOptions(args);
  const { quick, wanted } = chooseParts(rest, NAMES);
  const parts = quick && !isNamed ? wanted.filter((name) => name !== "large") : wanted;
  const photos = join(corpus, "photos");
  const isThere = existsSync(photos);
  if (!isThere) console.log(`no photographs: ${photos} is not there`);
  const photographs = isThere && parts.includes("photographs") ? await measurePhotographs(photos, say) : null;
  const folder = mkdtempSync(join(tmpdir(), "firstlight-bench-likeness-"));
  const rows: Row[] = [];
  try {
    const order: Order = { quick, seed, folder, photographs, changes: photographs?.changes ?? MEASURED };
    for (const name of parts) rows.push(...(await PARTS[name](order)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say("");
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (quick) console.log("\n--quick did a tenth of the work; published figures come from runs without it");
  if (rows.some(({ reached }) => !reached)) process.exitCode = 1;
  return { seed, rows };
}

/** Takes `--seed` and `--corpus` out. `rest`: what all benches of parts have. */
function ownOptions(args: readonly string[]) {
  const options = {
    seed: { type: "string", default: "18" },
    corpus: { type: "string", default: CORPUS },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  } as const;
  const { seed, corpus, quick, only } = parseArgs({ args: [...args], options }).values;
  return {
    seed: Number(seed),
    corpus,
    isNamed: only !== undefined,
    rest: [...(quick ? ["--quick"] : []), ...(only === undefined ? [] : ["--only", only])],
  };
}
