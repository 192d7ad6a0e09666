/**
 * Comma-separated values (RFC 4180), with any delimiter, as PostgreSQL, Python and spreadsheets write them. A quoted field
 * may hold delimiters, line feeds and `""`. A quote inside a field that does not begin with one is an ordinary character.
 */
import { type Fields, FORM } from "./fields.ts";
import { MAX_RECORD, type RecordReader, type RecordSink } from "./recordBuffer.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

type End = "record" | "incomplete" | "misplaced";

export class CsvReader implements RecordReader {
  readonly #delimiter: number;
  readonly #fields: Fields;
  readonly #sink: RecordSink;
  #line = 1;
  #skips = false;
  /** Where the record that was read ends, its line feed included, and how many lines it has. */
  #next = 0;
  #lines = 0;
  #fits = true;

  constructor(delimiter: number, fields: Fields, sink: RecordSink) {
    this.#delimiter = delimiter;
    this.#fields = fields;
    this.#sink = sink;
  }

  read(bytes: Uint8Array, end: number, isLast: boolean): number {
    let at = this.#skips ? this.#afterLine(bytes, 0, end) : 0;
    while (at < end) {
      this.#fields.reset(bytes, this.#line);
      const found = this.#record(bytes, at, end, isLast);
      if (found === "incomplete") return at;
      if (found === "misplaced") {
        this.#sink.onBroken(this.#line, "quote-misplaced", bytes.subarray(at, end));
        at = this.#afterLine(bytes, at, end);
        continue;
      }
      if (this.#next - at > MAX_RECORD) this.#sink.onBroken(this.#line, "too-long", bytes.subarray(at, this.#next));
      else if (!this.#fits) this.#sink.onBroken(this.#line, "too-many-columns", bytes.subarray(at, this.#next));
      else this.#sink.onRecord(this.#fields);
      this.#line += this.#lines;
      at = this.#next;
    }
    return Math.min(at, end);
  }

  giveUp(bytes: Uint8Array, start: number, end: number): number {
    const opens = bytes.subarray(start, end).includes(QUOTE);
    this.#sink.onBroken(this.#line, opens ? "quote-not-closed" : "too-long", bytes.subarray(start, end));
    return this.#afterLine(bytes, start, end);
  }

  #record(bytes: Uint8Array, from: number, end: number, isLast: boolean): End {
    this.#fits = true;
    this.#lines = 1;
    let i = from;
    for (;;) {
      let start = i;
      let stop: number;
      if (bytes[i] === QUOTE && i < end) {
        start = ++i;
        let isDoubled = false;
        for (;;) {
          if (i >= end) return "incomplete";
          const byte = bytes[i];
          if (byte === QUOTE) {
            if (i + 1 >= end && !isLast) return "incomplete";
            if (i + 1 >= end || bytes[i + 1] !== QUOTE) break;
            isDoubled = true;
            i++;
          } else if (byte === LF) this.#lines++;
          i++;
        }
        stop = i++;
        this.#fits = this.#fields.add(start, stop, isDoubled ? FORM.doubled : FORM.plain) && this.#fits;
        if (i < end && bytes[i] === CR && (bytes[i + 1] === LF || i + 1 === end)) i++;
        if (i < end && bytes[i] !== this.#delimiter && bytes[i] !== LF) return "misplaced";
      } else {
        while (i < end && bytes[i] !== this.#delimiter && bytes[i] !== LF) i++;
        stop = i > start && bytes[i - 1] === CR && bytes[i] !== this.#delimiter ? i - 1 : i;
        this.#fits = this.#fields.add(start, stop, FORM.plain) && this.#fits;
      }
      if (i >= end) {
        this.#next = end;
        return isLast ? "record" : "incomplete";
      }
      i++;
      if (bytes[i - 1] === LF) {
        this.#next = i;
        return "record";
      }
    }
  }

  #afterLine(bytes: Uint8Array, from: number, end: number): number {
    const feed = bytes.subarray(from, end).indexOf(LF);
    this.#skips = feed < 0;
    if (feed < 0) return end;
    this.#line++;
    return from + feed + 1;
  }
}
