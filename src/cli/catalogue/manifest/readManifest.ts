/** Reads the files of a manifest one after another, in constant memory. */
import { type BrokenLimit, type BrokenReason, SKIPPED, type SkippedReason, Tally } from "./broken.ts";
import { openFile } from "./openFile.ts";
import { CsvReader } from "./records/csv.ts";
import { DelimitedReader } from "./records/delimited.ts";
import { Fields } from "./records/fields.ts";
import { JsonLinesReader } from "./records/jsonLines.ts";
import { RecordBuffer, type RecordReader, type RecordSink } from "./records/recordBuffer.ts";
import { type FormatName, Located, type RowMap, type Verdict } from "./rowMap.ts";

export type Manifest = {
  /** Names; `-` is standard input. */
  readonly files: readonly string[];
  readonly map: RowMap;
  readonly format: FormatName;
  /** One byte: of TSV and COPY a tab, of CSV a comma, if nothing else is said. */
  readonly delimiter: number;
  readonly limit: BrokenLimit;
};

export type RowSink = {
  /** Gets each row. The reader overwrites both arguments afterwards. Null = it is taken; else why it is broken after all. */
  readonly onRow: (fields: Fields, located: Located) => BrokenReason | null;
  /** Gets each record that is whole and no row. Of a video the identifier is located. */
  readonly onSkipped?: (reason: SkippedReason, located: Located) => void;
  /** Between two chunks: what may take time. */
  readonly between?: (tally: Tally) => Promise<void> | undefined;
  /** The bytes as they stand in the files. */
  readonly onRaw?: (file: string, bytes: Uint8Array) => void;
};

/** More broken lines than the limit allows. */
export class TooManyBroken extends Error {
  readonly tally: Tally;

  constructor(tally: Tally) {
    super(`${tally.broken} of ${tally.records} lines are broken`);
    this.name = "TooManyBroken";
    this.tally = tally;
  }
}

/** Throws Error in words when a file cannot be read or its header lacks a column, and TooManyBroken. */
export async function readManifest(manifest: Manifest, sink: RowSink): Promise<Tally> {
  const tally = new Tally();
  for (const file of manifest.files) await readFile(file, manifest, sink, tally);
  if (tally.isOver(manifest.limit)) throw new TooManyBroken(tally);
  return tally;
}

async function readFile(file: string, manifest: Manifest, sink: RowSink, tally: Tally): Promise<void> {
  const { map, format, limit } = manifest;
  const fields = new Fields();
  const located = new Located();
  let begun = false;
  let isFirst = true;
  const records: RecordSink = {
    onRecord: (record) => {
      if (!begun) {
        const first = beginning(map, record, format, file);
        begun = first !== "prelude";
        if (first === "prelude") tally.skip("prelude");
        if (first !== "row") return;
      }
      tally.records++;
      const mayBeHeader = isFirst;
      isFirst = false;
      const verdict = map.locate(record, located) ?? sink.onRow(record, located);
      if (verdict === null) return;
      if (isSkipped(verdict)) {
        tally.skip(verdict);
        sink.onSkipped?.(verdict, located);
        return;
      }
      const end = record.count === 0 ? 0 : record.end(record.count - 1);
      const advice = mayBeHeader && verdict === "url-invalid" ? (map.headerAdvice?.(record) ?? null) : null;
      tally.add(file, record.line, verdict, record.bytes.subarray(record.start(0), end), advice);
    },
    onBroken: (line, reason, bytes) => {
      tally.records++;
      tally.add(file, line, reason, bytes);
    },
  };
  const buffer = new RecordBuffer(readerOf(manifest, fields, records));
  for await (const chunk of openFile(file, (bytes) => sink.onRaw?.(file, bytes))) {
    buffer.push(chunk);
    if (tally.isHopeless(limit)) throw new TooManyBroken(tally);
    await sink.between?.(tally);
  }
  buffer.finish();
  await sink.between?.(tally);
}

function readerOf({ map, format, delimiter }: Manifest, fields: Fields, records: RecordSink): RecordReader {
  switch (format) {
    case "tsv":
      return new DelimitedReader({ delimiter, copy: false }, fields, records);
    case "copy":
      return new DelimitedReader({ delimiter, copy: true }, fields, records);
    case "csv":
      return new CsvReader(delimiter, fields, records);
    case "jsonl":
      return new JsonLinesReader(map.jsonColumns, fields, records);
  }
}

function beginning(map: RowMap, record: Fields, format: FormatName, file: string) {
  try {
    return map.begin(record, format);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function isSkipped(verdict: Exclude<Verdict, null>): verdict is SkippedReason {
  return Object.hasOwn(SKIPPED, verdict);
}
