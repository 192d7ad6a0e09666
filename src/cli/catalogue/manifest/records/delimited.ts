/**
 * Records that are one line each: tab-separated values, and PostgreSQL's COPY text format (its manual, COPY, File Formats,
 * Text Format). A pg_dump is read too: what stands before `COPY … FROM stdin;` and after `\.` is no record.
 */
import { type Fields, FORM, type Form } from "./fields.ts";
import { MAX_RECORD, type RecordReader, type RecordSink } from "./recordBuffer.ts";

const LF = 0x0a;
const CR = 0x0d;
const BACKSLASH = 0x5c;
const NULL_LETTER = 0x4e;

export type DelimitedSyntax = {
  /** One byte. */
  readonly delimiter: number;
  /** Backslash escapes, `\N` and `\.`. */
  readonly copy: boolean;
};

export class DelimitedReader implements RecordReader {
  readonly #delimiter: number;
  readonly #copy: boolean;
  readonly #fields: Fields;
  readonly #sink: RecordSink;
  #line = 1;
  /** The rest of a line that was given up. */
  #skips = false;
  /** Behind `\.` of a dump nothing is a record. */
  #isOver = false;

  constructor({ delimiter, copy }: DelimitedSyntax, fields: Fields, sink: RecordSink) {
    this.#delimiter = delimiter;
    this.#copy = copy;
    this.#fields = fields;
    this.#sink = sink;
  }

  read(bytes: Uint8Array, end: number, isLast: boolean): number {
    if (this.#isOver) return end;
    let at = this.#skips ? this.#afterLine(bytes, 0, end) : 0;
    const fields = this.#fields;
    const delimiter = this.#delimiter;
    const copy = this.#copy;
    // The hot loop: each byte once, and nothing allocated.
    while (at < end) {
      fields.reset(bytes, this.#line);
      let start = at;
      let i = at;
      let fits = true;
      let form: Form = FORM.plain;
      let byte = bytes[i];
      while (i < end && byte !== LF) {
        if (byte === delimiter) {
          fits = fields.add(start, i, form) && fits;
          start = i + 1;
          form = FORM.plain;
        } else if (copy && byte === BACKSLASH) {
          form = i === start && bytes[i + 1] === NULL_LETTER ? FORM.null : FORM.escaped;
          if (i + 1 < end && bytes[++i] === LF) this.#line++;
        }
        byte = bytes[++i];
      }
      if (i >= end && !isLast) return at;
      const last = i > start && bytes[i - 1] === CR ? i - 1 : i;
      fits = fields.add(start, last, form) && fits;
      this.#line++;
      if (copy && last === at + 2 && bytes[at] === BACKSLASH && bytes[at + 1] === 0x2e) {
        this.#isOver = true;
        return end;
      }
      if (i - at > MAX_RECORD) this.#sink.onBroken(fields.line, "too-long", bytes.subarray(at, i));
      else if (!fits) this.#sink.onBroken(fields.line, "too-many-columns", bytes.subarray(at, i));
      else this.#sink.onRecord(fields);
      at = i + 1;
    }
    return Math.min(at, end);
  }

  giveUp(bytes: Uint8Array, start: number, end: number): number {
    this.#sink.onBroken(this.#line, "too-long", bytes.subarray(start, end));
    this.#skips = true;
    return end;
  }

  #afterLine(bytes: Uint8Array, from: number, end: number): number {
    const feed = bytes.subarray(from, end).indexOf(LF);
    if (feed < 0) return end;
    this.#skips = false;
    this.#line++;
    return from + feed + 1;
  }
}
