/** `npm run catalogue -- import FILE … --run NAME` sorts a manifest by host and writes it into the primary bucket. */
import { tmpdir } from "node:os";
import { counted } from "../counted.ts";
import { storeFailure } from "../failures.ts";
import type { Command } from "./command.ts";
import { IMPORT_USAGE, type ImportArguments, parseImportArguments } from "./import/arguments.ts";
import { type Imported, importManifest } from "./import/importManifest.ts";
import { BucketRunStore } from "./import/runStore.ts";
import { folderOf, type SortSummary, WorkFolder } from "./import/workFolder.ts";
import { TooManyBroken } from "./manifest/readManifest.ts";
import { brokenLines, bytesText, number, skippedLines } from "./plan/printPlan.ts";
import { Progress } from "./progress.ts";

export const IMPORT: Command = {
  usage: IMPORT_USAGE,
  run: async (argv, env) => {
    const parsed = parseImportArguments(argv, env);
    if (parsed.ok) return importRun(parsed.value);
    console.error([...parsed.problems, IMPORT_USAGE].join("\n"));
    return 2;
  },
};

async function importRun(args: ImportArguments): Promise<number> {
  const { access, run } = args;
  const store = new BucketRunStore(access);
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => interrupted.abort());
  const progress = { read: new Progress("read"), write: new Progress("parts"), check: new Progress("bytes checked") };
  let checked = 0;
  let work: WorkFolder | null = null;
  try {
    work = new WorkFolder(folderOf(args.work ?? tmpdir(), access.endpoint, store.bucket, run));
    const imported = await importManifest({
      ...args,
      ...{ store, work, now: Date.now(), signal: interrupted.signal },
      onRead: ({ records, broken }) => progress.read.show(records, { broken }),
      onCheck: (bytes) => progress.check.show((checked += bytes)),
      onWrite: ({ parts, present, rows }) => progress.write.show(parts, { rows, present }),
    });
    end(progress);
    console.log(resultLines(imported).join("\n"));
    work.remove();
    return 0;
  } catch (error) {
    end(progress);
    work?.release();
    console.error(failureLines(error, interrupted.signal, access.endpoint, store.bucket).join("\n"));
    return interrupted.signal.aborted ? 130 : 1;
  } finally {
    store.close();
  }
}

function end(progress: Readonly<Record<string, Progress>>): void {
  for (const one of Object.values(progress)) one.end();
}

function failureLines(error: unknown, signal: AbortSignal, endpoint: string, bucket: string): readonly string[] {
  const again = "Run it again: it goes on where it stopped.";
  if (signal.aborted) return ["Interrupted.", again];
  if (error instanceof TooManyBroken) {
    const { byReason, examples } = error.tally;
    const lines = brokenLines(Object.fromEntries(byReason), examples);
    return [...lines, `${error.message}. Is the map right? --max-broken allows more. Nothing was written.`];
  }
  const isStores = error instanceof Error && "$metadata" in error;
  const words = storeFailure(error, endpoint, [bucket]);
  return isStores ? [words, again] : [words];
}

function resultLines({ wasThere, run, counts, summary, tally, diskBytes }: Imported): readonly string[] {
  const size = `${number(run.pictures)} pictures on ${counted(run.hosts, "host")} in ${counted(run.parts, "part")}`;
  if (wasThere) return [`Nothing to do: run ${run.run} has been imported from this manifest: ${size}.`];
  const attributed = Object.entries(summary?.attributed ?? {}).sort(([, a], [, b]) => b - a);
  return [
    `Done: run ${run.run} has ${size}, of ${number(summary?.lines ?? 0)} lines.`,
    ...skippedLines(summary?.skipped ?? {}),
    ...brokenLines(summary?.broken ?? {}, tally?.examples ?? []),
    ...(counts === null || counts.repeats === 0
      ? []
      : [`left out: ${number(counts.repeats)} repeats of an identifier at the same address`]),
    ...(counts === null || counts.present === 0 ? [] : [`${counted(counts.present, "part")} had been written before`]),
    ...(summary === null || summary.trimmed === 0
      ? []
      : [`${number(summary.trimmed)} rows have no tags and labels, since they would be longer than 8 192 bytes`]),
    ...labelLines(summary),
    ...attributed.map(([source, count]) => `attributed: ${number(count)} to ${source}`),
    `The sort took ${bytesText(diskBytes)} on disk; that is deleted.`,
    `Next: npm run catalogue -- start ${run.run}`,
  ];
}

function labelLines(summary: SortSummary | null): readonly string[] {
  if (summary === null) return [];
  const { labelled, labelsWithoutPicture, labelsUnreadable } = summary;
  if (labelled + labelsWithoutPicture + labelsUnreadable === 0) return [];
  return [
    `labels: ${number(labelled)} pictures have some; ${number(labelsWithoutPicture)} lines belong to no picture here; ${number(labelsUnreadable)} cannot be read`,
  ];
}
