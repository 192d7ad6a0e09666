/**
 * What a run was imported from: `catalogue/<run>/import.json`. It is written before the first part. An import of anything
 * else under the same name is refused, since its parts would be mixed with those.
 */
import { createHash, type Hash } from "node:crypto";
import {
  type Fields,
  listOf,
  matching,
  nullable,
  objectOf,
  oneOf,
  readRecord,
  text,
  whole,
} from "../../../catalogue/record.ts";
import { type RunSettings, readSettings } from "../../../catalogue/run.ts";

/** What this program writes from the same lines. A change of it makes other parts. */
const VERSION = 1;

type FileMark = { readonly bytes: number; readonly sha256: string };

export type ImportSource = {
  readonly v: typeof VERSION;
  /** The bytes of the files as they stand, in their order. Names may change. */
  readonly files: readonly FileMark[];
  /** The file of labels. */
  readonly labels: FileMark | null;
  /** Map, format and delimiter. */
  readonly map: string;
  readonly settings: RunSettings;
};

const SHA256 = matching(/^[0-9a-f]{64}$/, "64 hex digits");
const FILE = { bytes: whole(0), sha256: SHA256 } as const satisfies Fields<FileMark>;
const FIELDS = {
  v: oneOf([VERSION]),
  files: listOf(objectOf<FileMark>(FILE)),
  labels: nullable(objectOf<FileMark>(FILE)),
  map: text(1, 10_000),
  settings: { needed: "settings of a run", is: isSettings },
} as const satisfies Fields<ImportSource>;

function isSettings(value: unknown): value is RunSettings {
  try {
    return readSettings(value) !== null;
  } catch {
    return false;
  }
}

export function importKey(run: string): string {
  return `catalogue/${run}/import.json`;
}

/** Throws BadRecord. */
export function readSource(json: string): ImportSource {
  return readRecord<ImportSource>(json, FIELDS);
}

/** What differs, in words; null = nothing does. */
export function differenceOf(before: ImportSource, now: ImportSource): string | null {
  if (before.map !== now.map) {
    return `it was imported with the map ${shownMap(before.map)}, and this one is ${shownMap(now.map)}`;
  }
  const settings = [before.settings, now.settings].map((one) => JSON.stringify(sorted(one)));
  if (settings[0] !== settings[1]) return `it was imported with ${settings[0]}, and this is ${settings[1]}`;
  if (before.files.length !== now.files.length) {
    return `it was imported from ${before.files.length} files, and these are ${now.files.length}`;
  }
  const at = before.files.findIndex((file, number) => file.sha256 !== now.files[number]?.sha256);
  if (at >= 0)
    return `file ${at + 1} has other content (${before.files[at]?.bytes} bytes then, ${now.files[at]?.bytes} now)`;
  if (before.labels?.sha256 !== now.labels?.sha256) return "the file of labels has other content";
  return null;
}

/** A map's text ends with the delimiter's byte as a number. People read `tab`, or the character. */
function shownMap(text: string): string {
  return text.replace(/ (\d+)$/, (_, code: string) => ` ${code === "9" ? "tab" : String.fromCharCode(Number(code))}`);
}

function sorted(settings: RunSettings): object {
  return Object.fromEntries(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The marks of files while they are read. */
export class FileMarks {
  readonly #hashes = new Map<string, { readonly hash: Hash; bytes: number }>();

  constructor(files: readonly string[]) {
    for (const file of files) this.#hashes.set(file, { hash: createHash("sha256"), bytes: 0 });
  }

  add(file: string, bytes: Uint8Array): void {
    const mark = this.#hashes.get(file);
    if (mark === undefined) return;
    mark.hash.update(bytes);
    mark.bytes += bytes.length;
  }

  /** To be called once. */
  finish(): readonly FileMark[] {
    return [...this.#hashes.values()].map(({ hash, bytes }) => ({ bytes, sha256: hash.digest("hex") }));
  }
}
