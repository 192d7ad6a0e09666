/** Merges sorted files with a binary heap (Knuth, The Art of Computer Programming 3, 5.4.1). */
import { closeSync, openSync, readSync } from "node:fs";
import { compareBytes, RECORD_HEADER } from "./sortKey.ts";

/** A block holds the longest record by far. */
const BLOCK = 256 * 1024;

/** One record: `bytes` from `start` to `end`. Its key is `keyStart` to `keyEnd`, and its line the rest. */
export type MergedRecord = {
  readonly bytes: Buffer;
  readonly start: number;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly end: number;
};

/** The records of all files in order, of equal keys those of earlier files first. Each is valid until the next one. */
export function* merged(files: readonly string[]): Generator<MergedRecord> {
  const cursors: RunCursor[] = [];
  try {
    for (const [number, file] of files.entries()) cursors.push(new RunCursor(file, number));
    const heap = cursors.filter((cursor) => cursor.next());
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) sink(heap, at);
    for (let [first] = heap; first !== undefined; [first] = heap) {
      yield first;
      if (!first.next()) {
        const last = heap.pop();
        if (last === undefined || last === first) continue;
        heap[0] = last;
      }
      sink(heap, 0);
    }
  } finally {
    for (const cursor of cursors) cursor.close();
  }
}

class RunCursor implements MergedRecord {
  readonly number: number;
  readonly bytes = Buffer.allocUnsafeSlow(BLOCK);
  readonly #file: number;
  #filled = 0;
  start = 0;
  keyStart = 0;
  keyEnd = 0;
  end = 0;

  constructor(file: string, number: number) {
    this.number = number;
    this.#file = openSync(file, "r");
  }

  /** False: there are no more. */
  next(): boolean {
    if (!this.#has(this.end, RECORD_HEADER)) return false;
    const keyLength = this.bytes.readUInt32LE(this.end);
    const lineLength = this.bytes.readUInt32LE(this.end + 4);
    if (!this.#has(this.end, RECORD_HEADER + keyLength + lineLength)) throw new Error("a file of the sort is cut off");
    this.start = this.end;
    this.keyStart = this.start + RECORD_HEADER;
    this.keyEnd = this.keyStart + keyLength;
    this.end = this.keyEnd + lineLength;
    return true;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Whether `length` bytes from `this.end` are in the block; reads on if need be. */
  #has(from: number, length: number): boolean {
    if (from + length <= this.#filled) return true;
    this.bytes.copyWithin(0, from, this.#filled);
    this.#filled -= from;
    this.end = 0;
    while (this.#filled < BLOCK) {
      const read = readSync(this.#file, this.bytes, this.#filled, BLOCK - this.#filled, null);
      if (read === 0) break;
      this.#filled += read;
    }
    return length <= this.#filled;
  }
}

function isBefore(a: RunCursor, b: RunCursor): boolean {
  const order = compareBytes(a.bytes, a.keyStart, a.keyEnd, b.bytes, b.keyStart, b.keyEnd);
  return order < 0 || (order === 0 && a.number < b.number);
}

function sink(heap: RunCursor[], at: number): void {
  const sinking = heap[at];
  if (sinking === undefined) return;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const smaller = isRight ? right : left;
    if (!isBefore(smaller, sinking)) break;
    heap[at] = smaller;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = sinking;
}
