/** `npm run catalogue -- likeness FILE … --to FOLDER` finds copies among the pictures of a catalogue, and clusters them. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { PAIR_WORDS } from "../../catalogue/likeness/matcher.ts";
import type { Outcome } from "../../catalogue/outcome.ts";
import { firstPass } from "../../catalogue/outcomeLog.ts";
import { BadRecord } from "../../catalogue/record.ts";
import { counted } from "../counted.ts";
import type { Command } from "./command.ts";
import { type Arguments, readArguments, USAGE } from "./likeness/arguments.ts";
import { findBySubject } from "./likeness/bySubject.ts";
import { type Gaps, outcomesIn, readCandidates } from "./likeness/candidates.ts";
import { findLikeness, type MatchAll } from "./likeness/findLikeness.ts";
import { type Groups, groupsOf } from "./likeness/groups.ts";
import { partCount } from "./likeness/hashFiles.ts";
import { httpEmbedder } from "./likeness/httpEmbedder.ts";
import { jobBucket } from "./likeness/jobBucket.ts";
import { loadMatcher, matchChunk } from "./likeness/matchChunk.ts";
import { onPlatform } from "./likeness/onPlatform.ts";
import { createRankedStore, type RankedStore } from "./likeness/rankedStore.ts";
import { createTsv, readClusters, writeClusters, writeNeighbours } from "./likeness/results.ts";
import { type OpenLog, withLog } from "./outcomes/openLog.ts";
import { withBucket } from "./recognise/bucketRows.ts";
import { readTakenDown, withTakenDown } from "./takenDown.ts";

export const LIKENESS: Command = {
  usage: USAGE,
  run: async (argv, env) => {
    const { value: args, problems } = readArguments(argv, env);
    if (problems.length > 0) {
      console.error([...problems, USAGE].join("\n"));
      return 2;
    }
    const { files, log } = args;
    if (files === null) {
      if (args.embeddings !== null) return compareSubjects(args, args.embeddings);
      const again = "The next call begins anew; chunks that the Worker has done stay.";
      return withLog(log, again, ({ pages, signal }) =>
        withMatch(args, signal, (match) => work(outcomesOf(pages, log), args, match)),
      );
    }
    try {
      return await work(outcomesIn(files), args);
    } catch (error) {
      const isKnown = error instanceof BadRecord || (error instanceof Error && "code" in error);
      if (!isKnown) throw error;
      console.error(error instanceof BadRecord ? `A line cannot be read: ${error.message}` : error.message);
      return 1;
    }
  },
};

async function* outcomesOf(pages: OpenLog["pages"], log: Arguments["log"]): AsyncGenerator<Outcome> {
  const takenDown = await withBucket(log, readTakenDown);
  for await (const { outcomes } of pages(firstPass(log.run, Date.now()))) yield* withTakenDown(outcomes, takenDown);
}

function compareSubjects(args: Arguments, { least, ...place }: NonNullable<Arguments["embeddings"]>): Promise<number> {
  const { log, k, to } = args;
  return withLog(log, "The next call begins anew.", async ({ pages, signal }) => {
    const s3 = clientOf(log);
    try {
      const bySubject = { embedder: httpEmbedder(place, signal), k, least, to };
      const { compared, gone } = await findBySubject(outcomesOf(pages, log), { s3, bucket: log.bucket }, bySubject);
      console.log(`${counted(compared, "picture")} compared by ${place.model}; ${gone} renditions are gone`);
      return 0;
    } finally {
      s3.destroy();
    }
  });
}

function clientOf({ endpoint, accessKeyId, secretAccessKey }: Arguments["log"]): S3Client {
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint, region: "auto", forcePathStyle: true, maxAttempts: 6, credentials });
}

/** Calls `use` with what finds the pairs; undefined = threads of this machine. */
async function withMatch(
  { platform, log }: Arguments,
  signal: AbortSignal,
  use: (match?: MatchAll) => Promise<number>,
): Promise<number> {
  if (platform === null) return use();
  const s3 = clientOf(log);
  const onRetry = (why: string, seconds: number) => console.error(`${why}; again in ${seconds} s`);
  try {
    return await use(onPlatform({ bucket: jobBucket(s3, log.bucket), call: { ...platform, signal, onRetry } }));
  } finally {
    s3.destroy();
  }
}

async function work(outcomes: AsyncIterable<Outcome>, args: Arguments, match?: MatchAll): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "firstlight-likeness-"));
  try {
    const gaps: Gaps = {
      ...{ outcomes: 0, notStored: 0, withoutHashes: 0, lowQuality: 0, withoutDate: 0, withoutViews: 0 },
    };
    const store = await createRankedStore(readCandidates(outcomes, args.rows, scratch, gaps), scratch);
    sayGaps(gaps, store.files.count);
    return args.chunk === null ? await runAll(store, args, scratch, match) : runChunk(store, args.chunk);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function sayGaps(gaps: Gaps, compared: number): void {
  console.error(
    [
      `${counted(gaps.outcomes, "outcome")} read; ${counted(compared, "picture")} compared. Left out:`,
      `  ${gaps.notStored} that are not stored, ${gaps.withoutHashes} without hashes, ${gaps.lowQuality} flat or templates`,
      `Of those compared, ${gaps.withoutDate} have no date and ${gaps.withoutViews} no number of views.`,
    ].join("\n"),
  );
}

function sayChunks(done: number, all: number): void {
  console.error(`${done} of ${counted(all, "chunk")} done`);
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

async function runAll(
  { files, idOf }: RankedStore,
  args: Arguments,
  scratch: string,
  match?: MatchAll,
): Promise<number> {
  const { threads, k, to, previous } = args;
  const earlier = previous === null ? new Map<string, string>() : await readClusters(previous);
  mkdirSync(to, { recursive: true });
  const lists = createTsv(to, "neighbours");
  let pictures: Groups | null = null;
  const likeness = await findLikeness(files, {
    ...{ threads, k, scratch },
    ...(match === undefined ? {} : { match, onChunk: sayChunks }),
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
