/**
 * Outcomes and rows of manifests -> the pictures that can be compared, each identifier once. Lines go to files by the hash
 * of their identifier first, so that memory does not follow their number.
 */
import { createHash } from "node:crypto";
import { appendFileSync, createReadStream, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { isComparable } from "../../../catalogue/likeness/comparable.ts";
import type { Standing } from "../../../catalogue/likeness/rank.ts";
import { readRow } from "../../../catalogue/manifestRow.ts";
import { type Outcome, readOutcome } from "../../../catalogue/outcome.ts";
import { STATUSES } from "../../../catalogue/status.ts";

export type Candidate = Standing & { readonly id: string; readonly dhash: string; readonly pdq: string };

/** What the log and the manifest could not say, in pictures. */
export type Gaps = {
  outcomes: number;
  /** Not stored now: dead, refused, taken down. */
  notStored: number;
  withoutHashes: number;
  /** There is too little to tell it by: flat, blank, a template (likeness/comparable.ts). */
  lowQuality: number;
  withoutDate: number;
  withoutViews: number;
};

const BUCKETS = 256;
const MOST_IN_MEMORY = 32_000_000;
/** [identifier, checkedAt, is stored, dHash, PDQ, quality, pixels] or [identifier, createdAt, views]. */
type Seen = readonly [string, number, boolean, string | null, string | null, number | null, number];
type Listed = readonly [string, number | null, number | null];

/** The lines of a file as they come. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line !== "") yield line;
  }
}

/** The outcomes of JSONL files. Throws BadRecord, and what reading throws. */
export async function* outcomesIn(files: readonly string[]): AsyncGenerator<Outcome> {
  for (const file of files) for await (const line of linesOf(file)) yield readOutcome(line);
}

/** `rows`: JSONL files. `folder`: for files of its own. Throws BadRecord, and what reading throws. */
export async function* readCandidates(
  outcomes: AsyncIterable<Outcome>,
  rows: readonly string[],
  folder: string,
  gaps: Gaps,
): AsyncGenerator<Candidate> {
  const buckets = Array.from({ length: BUCKETS }, (): string[] => []);
  let size = 0;
  const fileOf = (bucket: number) => join(folder, `candidates-${bucket}.jsonl`);
  const put = (record: Seen | Listed) => {
    const line = `${JSON.stringify(record)}\n`;
    buckets[(createHash("sha256").update(record[0]).digest()[0] ?? 0) % BUCKETS]?.push(line);
    size += line.length;
    if (size < MOST_IN_MEMORY) return;
    for (const [i, lines] of buckets.entries()) appendFileSync(fileOf(i), lines.splice(0).join(""));
    size = 0;
  };
  for await (const { id, checkedAt, status, dhash, pdq, pdqQuality, original, rendition } of outcomes) {
    const { width, height } = original ?? rendition ?? { width: 0, height: 0 };
    put([id, checkedAt, STATUSES[status].stored, dhash, pdq, pdqQuality, width * height]);
    gaps.outcomes++;
  }
  for (const file of rows) {
    for await (const line of linesOf(file)) {
      // The first line of a part is its header.
      if (line.startsWith('{"v":1,"host":')) continue;
      const { id, createdAt, views } = readRow(line);
      const time = createdAt === undefined ? Number.NaN : Date.parse(createdAt);
      put([id, Number.isNaN(time) ? null : time, views ?? null]);
    }
  }
  for (const [i, lines] of buckets.entries()) {
    const filed = existsSync(fileOf(i)) ? readFileSync(fileOf(i), "utf8") : "";
    yield* joined(`${filed}${lines.splice(0).join("")}`, gaps);
  }
}

function* joined(text: string, gaps: Gaps): Generator<Candidate> {
  const seen = new Map<string, Seen>();
  const listed = new Map<string, Listed>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const record = JSON.parse(line) as Seen | Listed;
    if (record.length === 3) listed.set(record[0], record);
    else if ((seen.get(record[0])?.[1] ?? -1) <= record[1]) seen.set(record[0], record);
  }
  for (const [id, , isStored, dhash, pdq, quality, pixels] of seen.values()) {
    if (!isStored) gaps.notStored++;
    else if (dhash === null || pdq === null || quality === null) gaps.withoutHashes++;
    else if (!isComparable(quality, Buffer.from(dhash, "hex"))) gaps.lowQuality++;
    else {
      const [, createdAt = null, views = null] = listed.get(id) ?? [];
      if (createdAt === null) gaps.withoutDate++;
      if (views === null) gaps.withoutViews++;
      const tie = createHash("sha256").update(id).digest().readUIntBE(0, 6);
      yield { id, dhash, pdq, pixels, createdAt, views, tie };
    }
  }
}
