/** Sorted rows -> parts, and how many rows each host has. Pure. */
import { PART, partOfLines } from "../../../catalogue/part.ts";
import type { MergedRecord } from "./mergeRuns.ts";
import { compareBytes } from "./sortKey.ts";

export type Part = {
  readonly host: string;
  /** Of the host's parts, from 0. */
  readonly number: number;
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The host has no further part: how many rows it has in all. Null = it has. */
  readonly hostRows: number | null;
};

export type PartCounts = { rows: number; repeats: number };

/**
 * The parts in the order of the rows. A row with the key of the one before is a repeat: the same identifier at the same
 * address. It is left out and counted. `counts` is kept up to date.
 */
export function* partsOf(records: Iterable<MergedRecord>, counts: PartCounts): Generator<Part> {
  const draft = new PartDraft();
  const last = { key: Buffer.allocUnsafe(64 * 1024), end: -1, host: "", hostEnd: 0 };
  for (const { bytes, keyStart, keyEnd, end } of records) {
    if (last.end >= 0 && compareBytes(bytes, keyStart, keyEnd, last.key, 0, last.end) === 0) {
      counts.repeats++;
      continue;
    }
    const hostEnd = bytes.indexOf(0, keyStart) - keyStart;
    const isSame = last.end >= 0 && compareBytes(bytes, keyStart, keyStart + hostEnd, last.key, 0, last.hostEnd) === 0;
    if (last.end >= 0 && !isSame) yield* draft.finish(last.host, true);
    else if (!draft.hasRoom(end - keyEnd)) yield* draft.finish(last.host, false);
    if (!isSame) {
      last.host = bytes.toString("latin1", keyStart, keyStart + hostEnd);
      last.hostEnd = hostEnd;
    }
    last.end = bytes.copy(last.key, 0, keyStart, keyEnd);
    draft.add(bytes, keyEnd, end);
    counts.rows++;
  }
  yield* draft.finish(last.host, true);
}

class PartDraft {
  readonly #bytes = Buffer.allocUnsafeSlow(PART.bytes);
  #lines: Uint8Array[] = [];
  #end = 0;
  #number = 0;
  #hostRows = 0;

  /** `length`: of the line without its line feed. */
  hasRoom(length: number): boolean {
    return this.#lines.length < PART.rows && this.#end + this.#lines.length + length + 1 <= PART.bytes;
  }

  add(bytes: Buffer, start: number, end: number): void {
    bytes.copy(this.#bytes, this.#end, start, end);
    this.#lines.push(this.#bytes.subarray(this.#end, this.#end + end - start));
    this.#end += end - start;
    this.#hostRows++;
  }

  *finish(host: string, isLast: boolean): Generator<Part> {
    if (this.#lines.length === 0) return;
    const bytes = partOfLines(host, this.#lines);
    const part = {
      host,
      number: this.#number,
      rows: this.#lines.length,
      bytes,
      hostRows: isLast ? this.#hostRows : null,
    };
    this.#lines = [];
    this.#end = 0;
    this.#number = isLast ? 0 : this.#number + 1;
    if (isLast) this.#hostRows = 0;
    yield part;
  }
}
