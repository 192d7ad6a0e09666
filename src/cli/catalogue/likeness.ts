/** `npm run catalogue -- likeness FILE … --to FOLDER` finds copies among the pictures of a catalogue, and clusters them. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { PAIR_WORDS } from "../../catalogue/likeness/matcher.ts";
import { BadRecord } from "../../catalogue/record.ts";
import { readCommandLine } from "../commandLine.ts";
import { counted } from "../counted.ts";
import type { Command } from "./command.ts";
import { type Gaps, readCandidates } from "./likeness/candidates.ts";
import { findLikeness } from "./likeness/findLikeness.ts";
import { type Groups, groupsOf } from "./likeness/groups.ts";
import { partCount } from "./likeness/hashFiles.ts";
import { loadMatcher, matchChunk } from "./likeness/matchChunk.ts";
import { createRankedStore, type RankedStore } from "./likeness/rankedStore.ts";
import { createTsv, readClusters, writeClusters, writeNeighbours } from "./likeness/results.ts";

const USAGE = `Usage: npm run catalogue -- likeness OUTCOMES … --to FOLDER [--rows FILE]… [--k 20] [--threads N]
         [--previous CLUSTERS.tsv] [--chunk A,B]
OUTCOMES are JSONL files of the outcome log: its objects, or what \`-- export\` wrote. --rows are parts of the import, for the
dates and views that choose a cluster's representative. FOLDER gets neighbours.tsv (id, neighbour, distance) and clusters.tsv
(id, cluster, representative). --previous keeps the names of the clusters of an earlier run. --chunk does one chunk of the
job, part A against part B, prints its pairs and CPU time, and writes nothing. docs/operator/catalogue.md says what hashes
can find.`;

const MOST_NEIGHBOURS = 100;
const MOST_THREADS = 64;

type Arguments = {
  readonly outcomes: readonly string[];
  readonly rows: readonly string[];
  readonly to: string;
  readonly k: number;
  readonly threads: number;
  readonly previous: string | null;
  readonly chunk: { readonly a: number; readonly b: number } | null;
};

export function readArguments(argv: readonly string[]): { value: Arguments; problems: readonly string[] } {
  const names = ["to", "rows", "k", "threads", "previous", "chunk"] as const;
  const line = readCommandLine(argv, { values: names, lists: ["rows"], words: true });
  const problems = [...line.problems];
  const numberOf = (name: "k" | "threads", fallback: number, most: number): number => {
    const text = line.values[name] ?? String(fallback);
    if (/^[1-9]\d{0,8}$/.test(text) && Number(text) <= most) return Number(text);
    problems.push(`--${name} cannot be ${text}: a whole number from 1 to ${most}`);
    return fallback;
  };
  const outcomes = line.rest.map(({ value }) => value);
  if (outcomes.length === 0) problems.push("No file of outcomes is named");
  const { to = "", previous = null, chunk } = line.values;
  if (to === "" && chunk === undefined) problems.push("No folder for the results: give --to");
  const [a, b] = /^\d{1,6},\d{1,6}$/.test(chunk ?? "0,0") ? (chunk ?? "0,0").split(",").map(Number) : [];
  if (a === undefined || b === undefined)
    problems.push(`--chunk cannot be ${chunk}: two numbers of parts, such as 0,3`);
  const parts = chunk === undefined ? null : { a: Math.min(a ?? 0, b ?? 0), b: Math.max(a ?? 0, b ?? 0) };
  const k = numberOf("k", 20, MOST_NEIGHBOURS);
  const threads = numberOf("threads", Math.min(MOST_THREADS, availableParallelism()), MOST_THREADS);
  return { value: { outcomes, rows: line.lists.rows ?? [], to, k, threads, previous, chunk: parts }, problems };
}

export const LIKENESS: Command = {
  usage: USAGE,
  run: async (argv) => {
    const { value: args, problems } = readArguments(argv);
    if (problems.length > 0) {
      console.error([...problems, USAGE].join("\n"));
      return 2;
    }
    const scratch = mkdtempSync(join(tmpdir(), "firstlight-likeness-"));
    try {
      const gaps: Gaps = {
        ...{ outcomes: 0, notStored: 0, withoutHashes: 0, lowQuality: 0, withoutDate: 0, withoutViews: 0 },
      };
      const store = await createRankedStore(readCandidates(args.outcomes, args.rows, scratch, gaps), scratch);
      sayGaps(gaps, store.files.count);
      return args.chunk === null ? await runAll(store, args, scratch) : runChunk(store, args.chunk);
    } catch (error) {
      const isKnown = error instanceof BadRecord || (error instanceof Error && "code" in error);
      if (!isKnown) throw error;
      console.error(error instanceof BadRecord ? `A line cannot be read: ${error.message}` : error.message);
      return 1;
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};

function sayGaps(gaps: Gaps, compared: number): void {
  console.error(
    [
      `${counted(gaps.outcomes, "outcome")} read; ${counted(compared, "picture")} compared. Left out:`,
      `  ${gaps.notStored} that are not stored, ${gaps.withoutHashes} without hashes, ${gaps.lowQuality} flat or templates`,
      `Of those compared, ${gaps.withoutDate} have no date and ${gaps.withoutViews} no number of views.`,
    ].join("\n"),
  );
}

function runChunk({ files }: RankedStore, chunk: { readonly a: number; readonly b: number }): number {
  const parts = partCount(files);
  if (chunk.b >= parts) {
    console.error(`There is no part ${chunk.b}: there are ${parts}, from 0 on`);
    return 2;
  }
  const started = process.cpuUsage();
  let pairs = 0;
  for (const batch of matchChunk(loadMatcher(), files, chunk)) pairs += batch.length / PAIR_WORDS;
  const { user, system } = process.cpuUsage(started);
  console.log(`${chunk.a},${chunk.b}: ${counted(pairs, "pair")} in ${((user + system) / 1e6).toFixed(2)} s of CPU`);
  return 0;
}

async function runAll({ files, idOf }: RankedStore, args: Arguments, scratch: string): Promise<number> {
  const { threads, k, to, previous } = args;
  const earlier = previous === null ? new Map<string, string>() : await readClusters(previous);
  mkdirSync(to, { recursive: true });
  const lists = createTsv(to, "neighbours");
  let pictures: Groups | null = null;
  const likeness = await findLikeness(files, {
    ...{ threads, k, scratch },
    onCollapsed: ({ uniqueOf, uniques }) => {
      pictures = groupsOf(uniqueOf, uniques.count);
    },
    onNeighbours: (unique, neighbours) => {
      if (pictures !== null) writeNeighbours(lists, unique, neighbours, pictures, k, idOf);
    },
  });
  lists.close();
  const clusters = createTsv(to, "clusters");
  const fresh = (id: string) => `c${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
  const { clusters: count, largest } = writeClusters(clusters, likeness, idOf, (id) => earlier.get(id), fresh);
  clusters.close();
  console.log(
    `${counted(likeness.pairs, "pair")} confirmed; ${counted(count, "cluster")}, the largest of ${largest} pictures`,
  );
  return 0;
}
