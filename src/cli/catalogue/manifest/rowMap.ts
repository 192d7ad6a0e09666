/** How the records of a manifest become rows. */
import type { ManifestRow } from "../../../catalogue/manifestRow.ts";
import { ROW_LIMITS } from "../../../catalogue/manifestRow.ts";
import { Address } from "./address.ts";
import type { BrokenReason, SkippedReason } from "./broken.ts";
import { type Fields, textOf } from "./records/fields.ts";

export type FormatName = "tsv" | "csv" | "jsonl" | "copy";

/** What a plan needs of a row. Overwritten by each. */
export class Located {
  idBytes: Uint8Array = new Uint8Array(0);
  idStart = 0;
  idEnd = 0;
  readonly address = new Address();
  /** Of the original, as listed; 0 = not said. */
  fileSize = 0;
  width = 0;
  height = 0;

  id(): string {
    return textOf(this.idBytes, this.idStart, this.idEnd);
  }
}

/** `null`: it is a row. */
export type Verdict = BrokenReason | SkippedReason | null;

export interface RowMap {
  /** The columns that a JSONL reader has to take out of each object, in the order of the fields. */
  readonly jsonColumns: readonly string[];
  /**
   * Gets the first record of each file: a header, a line before a dump's data (it then gets the next one too), or already a
   * row. Throws Error in words when the header lacks a column.
   */
  begin(fields: Fields, format: FormatName): "header" | "prelude" | "row";
  /** Finds identifier, address and size of a record. */
  locate(fields: Fields, located: Located): Verdict;
  /** The whole row of a record that `locate` has just found. */
  row(fields: Fields, located: Located): ManifestRow;
  /** Of a first record that is broken: what to give instead when it looks like a header; null = it does not. */
  headerAdvice?(fields: Fields): string | null;
}

/** Takes the identifier from a field. */
export function locateId(fields: Fields, field: number, located: Located): BrokenReason | null {
  if (!fields.has(field)) return "id-missing";
  fields.plain(field);
  const { bytes } = fields;
  const start = fields.start(field);
  const end = fields.end(field);
  let isAscii = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === 0x7f) return "id-malformed";
    if (byte > 0x7f) isAscii = false;
  }
  if (!isAscii) {
    const text = textOf(bytes, start, end);
    if (text.includes("\ufffd")) return "no-utf8";
    if (text.length > ROW_LIMITS.id) return "id-too-long";
  } else if (end - start > ROW_LIMITS.id) return "id-too-long";
  located.idBytes = bytes;
  located.idStart = start;
  located.idEnd = end;
  return null;
}

/** Digits of a field as a number; 0 where it has anything else. */
export function numberIn(fields: Fields, field: number): number {
  if (!fields.has(field)) return 0;
  const end = fields.end(field);
  let value = 0;
  for (let at = fields.start(field); at < end; at++) {
    const digit = (fields.bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    value = value * 10 + digit;
  }
  return Number.isSafeInteger(value) ? value : 0;
}

/** The address as listed if it is one, else as it was completed and parsed. */
export function listedUrl(listed: string, { address }: Located): string {
  return URL.canParse(listed) ? listed.trim() : address.text();
}
