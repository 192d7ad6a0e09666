/**
 * A part: up to 10 000 pictures of ONE host, in one object of the primary bucket, written once and never changed.
 *
 *   catalogue/<run>/parts/<host16>/<n6>.jsonl
 *
 * The first line is the header. Each following line is a ManifestRow. Lines end with LF. The header says how many bytes
 * each ten rows take, so that a feed cuts the part into chunks without reading it, and a chunk is one Range read. Rows are
 * sorted by address, so that a picture that is listed twice is made once. Pure.
 */
import { type ManifestRow, ROW_LIMITS, readRow, rowText } from "./manifestRow.ts";
import { BadRecord, type Fields, listOf, oneOf, readRecord, text, whole } from "./record.ts";

export const PART = {
  /** Most rows of a part, and most bytes of its rows. */
  rows: 10_000,
  bytes: 4_000_000,
  /** The header has the length of each so many rows. */
  stepRows: 10,
  /** Most rows of a chunk. */
  chunkRows: 100,
  /** The header line fits into so many bytes, its line feed included. */
  headerBytes: 8_192,
} as const;

export type PartHeader = {
  readonly v: 1;
  /** As `URL.host` writes it. */
  readonly host: string;
  readonly rows: number;
  /** Bytes of rows 0 to 9, 10 to 19 and so on, line feeds included. The last entry may stand for fewer rows. */
  readonly steps: readonly number[];
};

const FIELDS = {
  v: oneOf([1]),
  host: text(1, ROW_LIMITS.host),
  rows: whole(1, PART.rows),
  steps: listOf(whole(1, PART.stepRows * (ROW_LIMITS.rowBytes + 1))),
} as const satisfies Fields<PartHeader>;

/** `number`: 0 for a host's first part. */
export function partKey(run: string, host16: string, number: number): string {
  return `catalogue/${run}/parts/${host16}/${String(number).padStart(6, "0")}.jsonl`;
}

/** The object's bytes. `rows` are all of `host`. Throws BadRecord when they are over the limits of a part. */
export function partBytes(host: string, rows: readonly ManifestRow[]): Uint8Array<ArrayBuffer> {
  return partOfLines(
    host,
    rows.map((row) => new TextEncoder().encode(rowText(row))),
  );
}

/** The same from the lines of the rows as UTF-8, without line feeds: an import need not parse what it has sorted. */
export function partOfLines(host: string, lines: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const steps: number[] = [];
  for (const [i, { length }] of lines.entries()) {
    const step = Math.floor(i / PART.stepRows);
    steps[step] = (steps[step] ?? 0) + length + 1;
  }
  const size = steps.reduce((sum, step) => sum + step, 0);
  if (lines.length > PART.rows || size > PART.bytes) {
    throw new BadRecord(
      `a part of ${lines.length} rows and ${size} bytes; the limits are ${PART.rows} and ${PART.bytes}`,
    );
  }
  const header = new TextEncoder().encode(`${JSON.stringify({ v: 1, host, rows: lines.length, steps })}\n`);
  const bytes = new Uint8Array(header.length + size);
  bytes.set(header);
  let at = header.length;
  for (const line of lines) {
    bytes.set(line, at);
    at += line.length;
    bytes[at++] = LF;
  }
  return bytes;
}

const LF = 0x0a;

export type OpenPart = {
  readonly header: PartHeader;
  /** Length of the header line with its line feed: the offset of row 0. */
  readonly headerBytes: number;
};

/** Reads the header from the part's first `PART.headerBytes` bytes. Throws BadRecord. */
export function openPart(first: Uint8Array): OpenPart {
  const end = first.indexOf(LF);
  if (end < 0) throw new BadRecord(`no header line within ${first.length} bytes`);
  const header = readRecord<PartHeader>(new TextDecoder().decode(first.subarray(0, end)), FIELDS);
  if (header.steps.length !== Math.ceil(header.rows / PART.stepRows)) {
    throw new BadRecord(`${header.steps.length} steps for ${header.rows} rows`);
  }
  return { header, headerBytes: end + 1 };
}

/** Where rows `from` to `to` (exclusive) stand, as R2 takes a Range. It begins at the step that `from` lies in. */
export function rangeOf(
  { header, headerBytes }: OpenPart,
  from: number,
  to: number,
): { readonly offset: number; readonly length: number } {
  const sum = (end: number) => header.steps.slice(0, end).reduce((total, step) => total + step, 0);
  const before = sum(Math.floor(from / PART.stepRows));
  return { offset: headerBytes + before, length: sum(Math.ceil(to / PART.stepRows)) - before };
}

/** The rows `from` to `to` (exclusive) in the bytes of their `rangeOf`. Throws BadRecord when the bytes hold fewer. */
export function rowsOf(range: Uint8Array, from: number, to: number): readonly ManifestRow[] {
  const skip = from % PART.stepRows;
  const lines = new TextDecoder()
    .decode(range)
    .split("\n")
    .slice(skip, skip + to - from);
  if (lines.length < to - from || lines.at(-1) === "") {
    throw new BadRecord(`${range.length} bytes hold fewer than rows ${from} to ${to}`);
  }
  return lines.map(readRow);
}
