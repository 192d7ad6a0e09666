/** Chunks of a file in, whole records out. What is not complete yet waits for the next chunk. */
import type { BrokenReason } from "../broken.ts";
import type { Fields } from "./fields.ts";

/** A longer record is broken: a quote that is never closed would take the rest of the file. */
export const MAX_RECORD = 1 << 20;

export type RecordSink = {
  readonly onRecord: (fields: Fields) => void;
  /** `bytes`: the beginning of the record. */
  readonly onBroken: (line: number, reason: BrokenReason, bytes: Uint8Array) => void;
};

/** Reads records of one format from `bytes` and gives where the first incomplete one begins. */
export interface RecordReader {
  /** `isLast`: no more bytes come, so the last record need not end with a line feed. Lines count on from call to call. */
  read(bytes: Uint8Array, end: number, isLast: boolean): number;
  /**
   * What the incomplete record at `start` is if it has to be given up, and where to go on: after its first line, so that
   * the lines behind a quote that is never closed are not lost.
   */
  giveUp(bytes: Uint8Array, start: number, end: number): number;
}

export class RecordBuffer {
  readonly #reader: RecordReader;
  #bytes: Buffer = Buffer.allocUnsafe(2 * MAX_RECORD);
  #end = 0;

  constructor(reader: RecordReader) {
    this.#reader = reader;
  }

  /** Copies the chunk, so the caller may use its memory again. */
  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#end + chunk.length));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
    this.#take(false);
  }

  finish(): void {
    this.#take(true);
  }

  #take(isLast: boolean): void {
    let start = this.#reader.read(this.#bytes, this.#end, isLast);
    while (start < this.#end && (isLast || this.#end - start > MAX_RECORD)) {
      const next = this.#reader.giveUp(this.#bytes, start, this.#end);
      this.#bytes.copyWithin(0, next, this.#end);
      this.#end -= next;
      start = this.#reader.read(this.#bytes, this.#end, isLast);
    }
    this.#bytes.copyWithin(0, start, this.#end);
    this.#end -= start;
  }
}
