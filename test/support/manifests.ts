/** Manifests for tests: written as text, read as the programs read them. */
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
import { openPart, rangeOf, rowsOf } from "../../src/catalogue/part.ts";
import type { RunStore } from "../../src/cli/catalogue/import/runStore.ts";
import { CsvReader } from "../../src/cli/catalogue/manifest/records/csv.ts";
import { DelimitedReader } from "../../src/cli/catalogue/manifest/records/delimited.ts";
import { Fields } from "../../src/cli/catalogue/manifest/records/fields.ts";
import { JsonLinesReader } from "../../src/cli/catalogue/manifest/records/jsonLines.ts";
import { RecordBuffer, type RecordSink } from "../../src/cli/catalogue/manifest/records/recordBuffer.ts";
import { type FormatName, Located, type RowMap } from "../../src/cli/catalogue/manifest/rowMap.ts";

export type ReadRecord = readonly string[] | { readonly line: number; readonly broken: string };

/** The records of a text that arrives in chunks of these lengths, over and over. */
export function recordsOf(
  text: string | Uint8Array,
  format: FormatName,
  { chunks = [1 << 20], delimiter = format === "csv" ? 44 : 9, columns = [] as readonly string[] } = {},
): readonly ReadRecord[] {
  const records: ReadRecord[] = [];
  const fields = new Fields();
  const sink: RecordSink = {
    onRecord: (record) => records.push(Array.from({ length: record.count }, (_, at) => record.text(at))),
    onBroken: (line, broken) => records.push({ line, broken }),
  };
  const reader =
    format === "csv"
      ? new CsvReader(delimiter, fields, sink)
      : format === "jsonl"
        ? new JsonLinesReader(columns, fields, sink)
        : new DelimitedReader({ delimiter, copy: format === "copy" }, fields, sink);
  const buffer = new RecordBuffer(reader);
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = chunks[turn % chunks.length] ?? 1;
    buffer.push(bytes.subarray(at, at + length));
    at += length;
  }
  buffer.finish();
  return records;
}

/** The rows of a text under a map; what is no row stands as its verdict. */
export function rowsBy(map: RowMap, text: string | Uint8Array, format: FormatName): readonly (ManifestRow | string)[] {
  const rows: (ManifestRow | string)[] = [];
  const located = new Located();
  let begun = false;
  const onRecord = (record: Fields) => {
    if (!begun) {
      const first = map.begin(record, format);
      begun = first !== "prelude";
      if (first !== "row") return;
    }
    rows.push(map.locate(record, located) ?? map.row(record, located));
  };
  const sink: RecordSink = { onRecord, onBroken: (_, reason) => rows.push(reason) };
  const fields = new Fields();
  const reader =
    format === "csv"
      ? new CsvReader(44, fields, sink)
      : format === "jsonl"
        ? new JsonLinesReader(map.jsonColumns, fields, sink)
        : new DelimitedReader({ delimiter: 9, copy: format === "copy" }, fields, sink);
  const buffer = new RecordBuffer(reader);
  buffer.push(Buffer.from(text));
  buffer.finish();
  return rows;
}

/** A bucket in memory. `failAt`: the so many-th write throws, and all later ones. */
export class MemoryRunStore implements RunStore {
  readonly objects = new Map<string, string>();
  /** Keys in the order in which they were written; a refused one is not among them. */
  readonly written: string[] = [];
  failAt = Number.POSITIVE_INFINITY;
  #writes = 0;

  async get(key: string): Promise<string | null> {
    return this.objects.get(key) ?? null;
  }

  async putNew(key: string, bytes: Uint8Array): Promise<boolean> {
    this.#write();
    if (this.objects.has(key)) return false;
    this.#keep(key, bytes);
    return true;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#write();
    this.#keep(key, bytes);
  }

  async count(prefix: string): Promise<number> {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).length;
  }

  /** The bucket works again. */
  mend(): void {
    this.failAt = Number.POSITIVE_INFINITY;
    this.#writes = 0;
  }

  #write(): void {
    if (++this.#writes >= this.failAt) throw new Error("the bucket fails");
  }

  #keep(key: string, bytes: Uint8Array): void {
    this.objects.set(key, Buffer.from(bytes).toString());
    this.written.push(key);
  }
}

/** The rows of all parts of a run, by host, in the order of the parts. */
export function rowsInParts(
  objects: ReadonlyMap<string, string>,
  run: string,
): ReadonlyMap<string, readonly ManifestRow[]> {
  const rows = new Map<string, ManifestRow[]>();
  const keys = [...objects.keys()].filter((key) => key.startsWith(`catalogue/${run}/parts/`)).sort();
  for (const key of keys) {
    const bytes = Buffer.from(objects.get(key) ?? "");
    const part = openPart(bytes);
    const { offset, length } = rangeOf(part, 0, part.header.rows);
    const read = rowsOf(bytes.subarray(offset, offset + length), 0, part.header.rows);
    rows.set(part.header.host, [...(rows.get(part.header.host) ?? []), ...read]);
  }
  return rows;
}
