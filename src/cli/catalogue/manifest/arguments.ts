/** The part of a command line that says what the manifest is. */
import { existsSync, readFileSync } from "node:fs";
import { type BrokenLimit, readBrokenLimit } from "./broken.ts";
import { COLUMN_MEANINGS, readColumns, readMapFile } from "./columns.ts";
import { ColumnRowMap } from "./maps/columnRowMap.ts";
import { isReadyMap, READY_MAPS } from "./maps/table.ts";
import { STDIN } from "./openFile.ts";
import type { Manifest } from "./readManifest.ts";
import type { FormatName, RowMap } from "./rowMap.ts";

export const MANIFEST_VALUES = ["map", "columns", "format", "delimiter", "max-broken"] as const;

export const MANIFEST_USAGE = `FILE: one or several, read one after another; - is standard input. gzip, zstd and bzip2 are recognised.
--map NAME      ${Object.entries(READY_MAPS)
  .map(([name, { about }]) => `${name.padEnd(13)} ${about}`)
  .join("\n                ")}
--map FILE      {"id": "identifier", "url": "image_url"}: a column for each meaning, by name or by number from 0
--columns LIST  id=0,url=2: the same in the command line. With names, the first line of each file is a header
                Meanings: ${Object.keys(COLUMN_MEANINGS).join(", ")}
--format NAME   tsv, csv, jsonl, or copy (PostgreSQL's COPY text and pg_dump). Else the file's name says it
--delimiter C   one character, or tab; CSV has a comma if nothing else is said
--max-broken N  1% (if nothing else is said) or a number of lines. Broken lines are counted and shown, never fatal below it`;

const FORMATS = { tsv: 9, csv: 44, jsonl: 9, copy: 9 } as const satisfies Record<FormatName, number>;
const BY_ENDING = {
  ...{ tsv: "tsv", tab: "tsv", csv: "csv", jsonl: "jsonl", ndjson: "jsonl", json: "jsonl" },
  ...{ sql: "copy", copy: "copy", dump: "copy" },
} as const satisfies Record<string, FormatName>;

export type ManifestArguments = {
  readonly manifest: Manifest;
  /** Names the map: part of what an import is. */
  readonly mapText: string;
};

type Values = Readonly<Partial<Record<(typeof MANIFEST_VALUES)[number], string>>>;

/** Every problem at once, or the manifest. It reads the map's file. */
export function readManifestArguments(
  files: readonly string[],
  values: Values,
):
  | { readonly ok: true; readonly value: ManifestArguments }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const problems: string[] = [];
  if (files.length === 0) problems.push("No FILE is given");
  for (const file of files) if (file !== STDIN && !existsSync(file)) problems.push(`There is no file ${file}`);
  if (files.filter((file) => file === STDIN).length > 1) problems.push("Standard input can be read once only");
  const map = readMap(values, problems);
  const format = readFormat(files, values, problems);
  const limit = readLimit(values["max-broken"], problems);
  const delimiter = readDelimiter(values.delimiter, format, problems);
  if (map === null || format === null || problems.length > 0) return { ok: false, problems };
  const mapText = `${map.text} ${format} ${delimiter}`;
  return { ok: true, value: { manifest: { files, map: map.map, format, delimiter, limit }, mapText } };
}

function readMap({ map, columns }: Values, problems: string[]): { readonly map: RowMap; readonly text: string } | null {
  if (map !== undefined && columns !== undefined) problems.push("--map and --columns exclude each other");
  if (map === undefined && columns === undefined) {
    problems.push(
      `Which column is what? Give --columns id=0,url=1, or --map FILE, or one of --map ${Object.keys(READY_MAPS).join(", ")}`,
    );
    return null;
  }
  if (map !== undefined && isReadyMap(map)) return { map: READY_MAPS[map].make(), text: map };
  try {
    const read = map === undefined ? readColumns(columns ?? "") : readMapFile(readFileSync(map, "utf8"));
    return { map: new ColumnRowMap(read), text: JSON.stringify(read) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(
      map === undefined
        ? `--columns: ${why}`
        : `--map ${map}: ${why}; ready maps are ${Object.keys(READY_MAPS).join(", ")}`,
    );
    return null;
  }
}

function readFormat(files: readonly string[], { format, map }: Values, problems: string[]): FormatName | null {
  if (format !== undefined) {
    if (isFormat(format)) return format;
    problems.push(`--format cannot be ${format}; known are ${Object.keys(FORMATS).join(", ")}`);
    return null;
  }
  const found = [...new Set(files.map(formatOf))];
  const [first] = found;
  if (found.length > 1)
    problems.push("The files have several formats; import them one after another, or give --format");
  else if (map !== undefined && isReadyMap(map)) {
    return first === "tsv" ? READY_MAPS[map].tsv : (first ?? READY_MAPS[map].format);
  } else if (first !== undefined && first !== null) return first;
  else if (files.length > 0)
    problems.push(`${files[0]} does not say its format; give --format ${Object.keys(FORMATS).join("|")}`);
  return null;
}

function isFormat(text: string): text is FormatName {
  return Object.hasOwn(FORMATS, text);
}

/** By the ending before `.gz`, `.zst` or `.bz2`; null = it says nothing. */
function formatOf(file: string): FormatName | null {
  const [, ending = ""] = /\.([a-z0-9]+)(?:\.(?:gz|zst|bz2))?$/.exec(file.toLowerCase()) ?? [];
  return Object.hasOwn(BY_ENDING, ending) ? BY_ENDING[ending as keyof typeof BY_ENDING] : null;
}

function readLimit(text: string | undefined, problems: string[]): BrokenLimit {
  const limit = readBrokenLimit(text ?? "1%");
  if (limit === null) problems.push(`--max-broken cannot be ${text}: a share such as 1%, or a whole number`);
  return limit ?? { count: 0 };
}

function readDelimiter(text: string | undefined, format: FormatName | null, problems: string[]): number {
  if (text === undefined) return FORMATS[format ?? "tsv"];
  if (text === "tab") return FORMATS.tsv;
  const bytes = Buffer.from(text);
  const [byte = 0] = bytes;
  if (bytes.length === 1 && byte !== 0x22 && byte !== 0x5c && byte !== 0x0a && byte !== 0x0d) return byte;
  problems.push(`--delimiter cannot be ${text}: one ASCII character, or tab`);
  return 0;
}
