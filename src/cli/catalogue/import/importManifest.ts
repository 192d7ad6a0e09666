/** An import from beginning to end. A second one of the same changes nothing; a killed one goes on. */
import { BadRecord } from "../../../catalogue/record.ts";
import { type Run, type RunSettings, readRun, runKey } from "../../../catalogue/run.ts";
import type { Tally } from "../manifest/broken.ts";
import { rawChunks, STDIN } from "../manifest/openFile.ts";
import type { Manifest } from "../manifest/readManifest.ts";
import type { RunStore } from "./runStore.ts";
import { sortManifest } from "./sortManifest.ts";
import { differenceOf, FileMarks, type ImportSource, importKey, readSource } from "./source.ts";
import type { SortedRows, SortSummary, WorkFolder } from "./workFolder.ts";
import { type WriteCounts, writeRun } from "./writeRun.ts";

export type ImportOrder = {
  readonly run: string;
  readonly manifest: Manifest;
  /** Names map, format and delimiter. */
  readonly mapText: string;
  readonly labels: string | null;
  readonly settings: RunSettings;
  readonly store: RunStore;
  readonly work: WorkFolder;
  readonly concurrency: number;
  /** Bytes that are sorted at a time. */
  readonly buffer?: number;
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onRead: (tally: Tally) => void;
  readonly onCheck: (bytes: number) => void;
  readonly onWrite: (counts: WriteCounts) => void;
};

export type Imported = {
  /** The bucket had it already, and nothing was written. */
  readonly wasThere: boolean;
  readonly run: Run;
  readonly counts: WriteCounts | null;
  readonly summary: SortSummary | null;
  readonly tally: Tally | null;
  /** Bytes that the sort took on disk. */
  readonly diskBytes: number;
};

/** The run has another source. The message says what differs. */
export class OtherSource extends Error {
  constructor(run: string, difference: string) {
    super(
      `The bucket has a run ${run} of another manifest: ${difference}. Take another --run name, or delete catalogue/${run}/ in the bucket`,
    );
    this.name = "OtherSource";
  }
}

/** Throws OtherSource, TooManyBroken, an Error in words for a file, and what the store throws. */
export async function importManifest(order: ImportOrder): Promise<Imported> {
  const { store, work } = order;
  const [sourceText, runText] = await Promise.all([store.get(importKey(order.run)), store.get(runKey(order.run))]);
  if (runText !== null && sourceText === null) {
    throw new OtherSource(order.run, `it has a run.json and no import.json, so it was not made by an import`);
  }
  const before = sourceText === null ? null : readBefore(sourceText);
  const kept = work.readSorted();
  if (runText !== null || kept !== null) {
    const now = await markedSource(order);
    if (before !== null) refuseOther(order.run, before, now);
    if (runText !== null) return { ...NOTHING_DONE, run: readRun(runText) };
    if (kept !== null && differenceOf(kept.source, now) === null) {
      // Whoever empties the bucket in between wants everything written again.
      if (before === null) work.writeWritten(0);
      return write(order, kept, null);
    }
    work.empty();
    if (order.manifest.files.includes(STDIN)) {
      throw new Error(
        "What was sorted here before was another manifest. It is deleted now: give standard input once more",
      );
    }
  }
  work.empty();
  const { runs, marks, labelMarks, summary, tally } = await sortManifest({
    ...order,
    folder: work.path,
    onProgress: order.onRead,
  });
  const source = sourceOf(order, marks, labelMarks);
  if (before !== null) refuseOther(order.run, before, source);
  const sorted = { source, runs, summary };
  work.writeSorted(sorted);
  return write(order, sorted, tally);
}

const NOTHING_DONE = { wasThere: true, counts: null, summary: null, tally: null, diskBytes: 0 } as const;

async function write(order: ImportOrder, sorted: SortedRows, tally: Tally | null): Promise<Imported> {
  const { store, run } = order;
  const isNew = await store.putNew(importKey(run), Buffer.from(`${JSON.stringify(sorted.source)}\n`));
  // Somebody else may have begun since we looked.
  if (!isNew) refuseOther(run, readBefore((await store.get(importKey(run))) ?? ""), sorted.source);
  const diskBytes = order.work.size();
  const written = await writeRun({ ...order, sorted, onProgress: order.onWrite });
  return { wasThere: false, ...written, summary: sorted.summary, tally, diskBytes };
}

function refuseOther(run: string, before: ImportSource, now: ImportSource): void {
  const difference = differenceOf(before, now);
  if (difference !== null) throw new OtherSource(run, difference);
}

/** What the files are now; they are read, but not taken apart. */
async function markedSource(order: ImportOrder): Promise<ImportSource> {
  const { manifest, labels, signal, onCheck } = order;
  const marks = new FileMarks(manifest.files);
  const labelMarks = labels === null ? null : new FileMarks([labels]);
  for (const file of manifest.files) await markFile(file, marks, signal, onCheck);
  if (labels !== null && labelMarks !== null) await markFile(labels, labelMarks, signal, onCheck);
  return sourceOf(order, marks, labelMarks);
}

async function markFile(
  file: string,
  marks: FileMarks,
  signal: AbortSignal,
  onCheck: (bytes: number) => void,
): Promise<void> {
  for await (const chunk of rawChunks(file)) {
    signal.throwIfAborted();
    marks.add(file, chunk);
    onCheck(chunk.length);
  }
}

function sourceOf({ mapText, settings }: ImportOrder, marks: FileMarks, labelMarks: FileMarks | null): ImportSource {
  const [labels = null] = labelMarks?.finish() ?? [];
  return { v: 1, files: marks.finish(), labels, map: mapText, settings };
}

function readBefore(text: string): ImportSource {
  try {
    return readSource(text);
  } catch (error) {
    if (error instanceof BadRecord) {
      throw new Error(`import.json of this run is of another version of this program: ${error.message}`);
    }
    throw error;
  }
}
