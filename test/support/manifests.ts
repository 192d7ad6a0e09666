/** Manifests for tests: written as text, read as the programs read them. */
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
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
