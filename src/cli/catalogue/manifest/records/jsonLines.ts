/** JSON, one object a line. The wanted columns of each object become the fields of a record. */
import { isUtf8 } from "node:buffer";
import type { BrokenReason } from "../broken.ts";
import { type Fields, FORM, textOf } from "./fields.ts";
import { MAX_RECORD, type RecordReader, type RecordSink } from "./recordBuffer.ts";

const LF = 0x0a;
const CR = 0x0d;

export class JsonLinesReader implements RecordReader {
  readonly #paths: readonly (readonly string[])[];
  readonly #fields: Fields;
  readonly #sink: RecordSink;
  #values = Buffer.allocUnsafe(64 * 1024);
  #line = 1;
  #skips = false;

  /** `columns`: a name each, or names joined by dots for what lies deeper (`meta_data.views`). */
  constructor(columns: readonly string[], fields: Fields, sink: RecordSink) {
    this.#paths = columns.map((column) => column.split("."));
    this.#fields = fields;
    this.#sink = sink;
  }

  read(bytes: Uint8Array, end: number, isLast: boolean): number {
    let at = 0;
    while (at < end) {
      const feed = bytes.subarray(at, end).indexOf(LF);
      if (feed < 0 && !isLast) return this.#skips ? end : at;
      const stop = feed < 0 ? end : at + feed;
      if (this.#skips) this.#skips = false;
      else this.#record(bytes.subarray(at, stop > at && bytes[stop - 1] === CR ? stop - 1 : stop));
      this.#line++;
      at = stop + 1;
    }
    return Math.min(at, end);
  }

  giveUp(bytes: Uint8Array, start: number, end: number): number {
    if (!this.#skips) this.#sink.onBroken(this.#line, "too-long", bytes.subarray(start, end));
    this.#skips = true;
    return end;
  }

  #record(line: Uint8Array): void {
    const wrong = this.#take(line);
    if (wrong === null) this.#sink.onRecord(this.#fields);
    else this.#sink.onBroken(this.#line, wrong, line);
  }

  #take(line: Uint8Array): BrokenReason | null {
    if (line.length > MAX_RECORD) return "too-long";
    if (!isUtf8(line)) return "no-utf8";
    this.#fields.reset(this.#values, this.#line);
    if (line.length === 0) {
      this.#fields.add(0, 0, FORM.plain);
      return null;
    }
    const text = textOf(line, 0, line.length);
    const object = objectOf(text, false);
    if (object === null) return "no-json";
    const rounds = this.#paths.some((path) => isRounded(valueAt(object, path)));
    this.#write(rounds ? (objectOf(text, true) ?? object) : object, line.length);
    return null;
  }

  #write(object: object, length: number): void {
    // A text is at most three times as long as UTF-8 as its escaped form is in the line; two columns may name one value.
    const room = (3 * length + 64) * this.#paths.length;
    if (this.#values.length < room) {
      this.#values = Buffer.allocUnsafe(room);
      this.#fields.reset(this.#values, this.#line);
    }
    let at = 0;
    for (const path of this.#paths) {
      const value = valueAt(object, path);
      const isNull = value === null || value === undefined;
      const text = isNull ? "" : typeof value === "string" ? value : JSON.stringify(value);
      const written = this.#values.write(text, at);
      this.#fields.add(at, at + written, isNull ? FORM.null : FORM.plain);
      at += written;
    }
  }
}

/** `exact`: whole numbers that JavaScript would round stay the digits that they are. It is slow. */
function objectOf(text: string, exact: boolean): object | null {
  try {
    const value: unknown = exact ? JSON.parse(text, digitsOf) : JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** An identifier such as 12345678901234567890 is none of JavaScript's numbers. */
function isRounded(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
}

/** JSON.parse gives the digits of a number to a reviver (TC39, JSON.parse source text access). */
function digitsOf(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  return isRounded(value) ? (context?.source ?? value) : value;
}

function valueAt(object: object, path: readonly string[]): unknown {
  let value: unknown = object;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}
