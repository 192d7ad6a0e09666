/** What the likeness job costs: time, memory, one chunk of the platform, and what is reckoned for the largest catalogue. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PLATFORM_PICTURES } from "../../src/catalogue/likeness/platform.ts";
import { type HashFiles, hashFilesIn } from "../../src/cli/catalogue/likeness/hashFiles.ts";
import { loadMatcher, matchChunk } from "../../src/cli/catalogue/likeness/matchChunk.ts";
import { judged, type Row } from "../row.ts";
import { say } from "../say.ts";
import type { JobFigures } from "./jobProgram.ts";
import { populate, THREADS } from "./planted.ts";
import type { Change } from "./population.ts";

const LARGEST = 325_000_000;
const HOUR = 3_600_000;
const DRAWN = 20_000;
/** Minutes that the job may take over so many pictures. */
const MOST_MINUTES: Readonly<Record<number, number>> = { 1000000: 10, 10000000: 150 };

/** Runs the job over each of `sizes` pictures, two at least, the largest last. `folder`: for its files. */
export function measureJob(
  folder: string,
  sizes: readonly number[],
  changes: readonly Change[],
  seed: number,
): readonly Row[] {
  const figures = sizes.map((size) => {
    populate(folder, size, DRAWN, changes, seed);
    say(`the job over ${size} pictures`);
    const program = join(import.meta.dirname, "jobProgram.ts");
    const out = execFileSync(process.execPath, [program, folder, String(size), String(THREADS)], { encoding: "utf8" });
    return { size, ...(JSON.parse(out) as JobFigures) };
  });
  const [small, large] = figures.slice(-2);
  if (small === undefined || large === undefined) throw new Error("the job ran over fewer than two sizes");
  const exponent = Math.log(large.cpuMs / small.cpuMs) / Math.log(large.size / small.size);
  const reckoned = ((large.cpuMs / HOUR) * (LARGEST / large.size) ** exponent) as number;
  const times = figures.flatMap(({ size, ms, cpuMs, pairs }) => {
    const limit = MOST_MINUTES[size];
    if (limit === undefined) return [];
    const what = `the job over ${size / 1e6} M pictures, ${THREADS} cores`;
    const detail = `${(cpuMs / 1000).toFixed(1)} s of CPU, ${pairs} pairs`;
    return [judged({ what, value: ms / 60_000, limit, better: "lower", unit: "min", digits: 2, detail })];
  });
  const of = `of ${large.size / 1e6} M`;
  return [
    ...times,
    judged({
      what: `its memory at most, up to ${large.size / 1e6} M`,
      ...{ value: Math.max(...figures.map(({ megabytes }) => megabytes)), limit: 500, better: "lower", unit: "MB" },
    }),
    judged({
      what: "325 M, reckoned",
      ...{ value: reckoned, limit: 2_000, better: "lower", unit: "core-hours" },
      detail: `exponent ${exponent.toFixed(2)} between ${small.size / 1e6} M and ${large.size / 1e6} M`,
    }),
    judged({
      what: `one chunk of this machine, 500 000 pictures against as many, the longest ${of}`,
      ...{ value: Math.max(...figures.map(({ longestChunk }) => longestChunk)) / 1000, limit: 120, better: "lower" },
      ...{ unit: "s of CPU", digits: 1 },
    }),
    judged({
      what: "one chunk of the platform, 250 000 pictures against as many",
      ...{ value: platformChunk(hashFilesIn(folder, large.size)), limit: 120, better: "lower", unit: "s of CPU" },
      digits: 1,
    }),
  ];
}

/** Seconds of CPU of the last two parts, where the copies are. Reading the parts counts too. */
function platformChunk(files: HashFiles): number {
  const last = Math.floor(files.count / PLATFORM_PICTURES) - 1;
  const started = process.cpuUsage();
  for (const _ of matchChunk(loadMatcher(), files, { a: last - 1, b: last }, PLATFORM_PICTURES));
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}
