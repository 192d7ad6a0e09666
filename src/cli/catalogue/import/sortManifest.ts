/** Reads a manifest, attributes its rows, joins the labels, and sorts by host. */
import type { ManifestRow } from "../../../catalogue/manifestRow.ts";
import { ROW_LIMITS, rowText } from "../../../catalogue/manifestRow.ts";
import { includedLabels } from "../../../catalogue/recognition/labels.ts";
import { SUB_PROVIDERS } from "../../../catalogue/subProviders/table.ts";
import type { Tally } from "../manifest/broken.ts";
import { LabelJoin } from "../manifest/labels.ts";
import { type Manifest, readManifest } from "../manifest/readManifest.ts";
import { Sorter } from "./sorter.ts";
import { FileMarks } from "./source.ts";
import type { SortSummary } from "./workFolder.ts";

export type SortOrder = {
  readonly manifest: Manifest;
  /** The file of labels. */
  readonly labels: string | null;
  /** For the files of the sort. */
  readonly folder: string;
  /** Bytes that are sorted at a time. */
  readonly buffer?: number;
  readonly onProgress: (tally: Tally) => void;
  readonly signal: AbortSignal;
};

export type Sorted = {
  readonly runs: readonly string[];
  readonly marks: FileMarks;
  readonly labelMarks: FileMarks | null;
  readonly summary: SortSummary;
  readonly tally: Tally;
};

/** Throws what `readManifest` throws, and the signal's reason. */
export async function sortManifest(order: SortOrder): Promise<Sorted> {
  const { labels } = order;
  const labelMarks = labels === null ? null : new FileMarks([labels]);
  const join = labels === null ? null : new LabelJoin(labels, (bytes) => labelMarks?.add(labels, bytes));
  try {
    return { ...(await sortRows(order, join)), labelMarks };
  } finally {
    await join?.close();
  }
}

async function sortRows(
  { manifest, folder, buffer, onProgress, signal }: SortOrder,
  join: LabelJoin | null,
): Promise<Omit<Sorted, "labelMarks">> {
  const marks = new FileMarks(manifest.files);
  const sorter = new Sorter(folder, buffer === undefined ? {} : { buffer });
  const attributed = new Map<string, number>();
  let [trimmed, labelled] = [0, 0];
  await join?.readAhead();
  const tally = await readManifest(manifest, {
    onRow: (fields, located) => {
      const listed = manifest.map.row(fields, located);
      const row = withLabels(listed, join);
      const { text, isTrimmed } = lineOf(row);
      if (text === null) return "row-too-long";
      if (isTrimmed) trimmed++;
      else if ((row.labels?.length ?? 0) > (listed.labels?.length ?? 0)) labelled++;
      if (row.source !== undefined && Object.hasOwn(SUB_PROVIDERS, row.source)) {
        attributed.set(row.source, (attributed.get(row.source) ?? 0) + 1);
      }
      sorter.add(located, text);
      return null;
    },
    // The labels of a film stand in their file too.
    onSkipped: (reason, located) => {
      if (reason === "video") join?.take(located.id());
    },
    between: async (sofar) => {
      signal.throwIfAborted();
      onProgress(sofar);
      await join?.readAhead();
    },
    onRaw: (file, bytes) => marks.add(file, bytes),
  });
  await join?.finish();
  const summary: SortSummary = {
    lines: tally.records,
    broken: Object.fromEntries(tally.byReason),
    skipped: Object.fromEntries(tally.skipped),
    attributed: Object.fromEntries(attributed),
    ...{ trimmed, labelled, labelsWithoutPicture: join?.counts.withoutPicture ?? 0 },
    labelsUnreadable: join?.counts.unreadable ?? 0,
  };
  return { runs: sorter.finish(), marks, summary, tally };
}

/** Labels that are excluded (catalogue/inclusion/table.ts) are in no part. */
function withLabels(row: ManifestRow, join: LabelJoin | null): ManifestRow {
  const { labels: own = [], ...rest } = row;
  const joined = [...own, ...(join?.take(row.id) ?? [])];
  const labels = includedLabels(joined);
  if (labels.length === own.length && joined.length === own.length) return row;
  return labels.length === 0 ? rest : { ...rest, labels };
}

/** Null: it is too long even without tags and labels. */
function lineOf(row: ManifestRow): { readonly text: string | null; readonly isTrimmed: boolean } {
  const text = rowText(row);
  if (isShort(text)) return { text, isTrimmed: false };
  const { tags: _, labels: __, ...rest } = row;
  const trimmed = rowText(rest);
  return { text: isShort(trimmed) ? trimmed : null, isTrimmed: true };
}

function isShort(text: string): boolean {
  return 3 * text.length <= ROW_LIMITS.rowBytes || Buffer.byteLength(text) <= ROW_LIMITS.rowBytes;
}
