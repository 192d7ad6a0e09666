/** Writes outcomes to a file or to standard output, as JSONL or TSV. */
import { once } from "node:events";
import { createWriteStream, renameSync } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { type Outcome, outcomeText } from "../../../catalogue/outcome.ts";
import { copyText } from "./copyText.ts";
import { FIELDS, type FieldName } from "./fields.ts";

export type OutcomeFormat = "jsonl" | "tsv";

/** The format that a file's name says; null = neither. */
export function formatOf(file: string): OutcomeFormat | null {
  return file.endsWith(".tsv") ? "tsv" : /\.(jsonl|ndjson)$/.test(file) ? "jsonl" : null;
}

/** A line of an outcome. TSV is the text format of COPY: null is \N, a tab is \t. */
function lineOf(outcome: Outcome, format: OutcomeFormat, fields: readonly FieldName[]): string {
  if (format === "tsv") return copyText([fields.map((field) => asText(FIELDS[field].of(outcome)))]);
  const values = fields.map((field) => [field, FIELDS[field].of(outcome)] as const);
  return `${JSON.stringify(Object.fromEntries(values))}\n`;
}

function asText(value: unknown): string | null {
  return value === null || typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * `to`: a file, or `-` for standard output. A file appears whole, when all is written. `fields`: null = whole outcomes as
 * the log has them (in TSV all fields). Gives the number of lines without the header.
 */
export async function writeOutcomes(
  outcomes: Iterable<Outcome>,
  to: string,
  format: OutcomeFormat,
  fields: readonly FieldName[] | null,
): Promise<number> {
  const names = fields ?? (Object.keys(FIELDS) as FieldName[]);
  const draft = `${to}.draft`;
  const stream: Writable = to === "-" ? process.stdout : createWriteStream(draft);
  const written = to === "-" ? null : finished(stream);
  // A file that cannot be opened fails before we wait for its end.
  written?.catch(() => undefined);
  let count = 0;
  let closed = false;
  // The reader of standard output may have enough, as `head` has.
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    closed = true;
  };
  if (written === null) stream.on("error", onError);
  const write = async (text: string) => {
    if (!stream.write(text) && !closed) await once(stream, "drain").catch(onError);
  };
  if (format === "tsv") await write(`${names.join("\t")}\n`);
  for (const outcome of outcomes) {
    if (closed) break;
    await write(fields === null && format === "jsonl" ? `${outcomeText(outcome)}\n` : lineOf(outcome, format, names));
    count++;
  }
  if (written === null) stream.off("error", onError);
  else {
    stream.end();
    await written;
    renameSync(draft, to);
  }
  return count;
}
