/** `--map openverse`: the table `image` of Openverse's catalogue, as COPY text, a pg_dump of it, CSV, TSV or JSONL. */
import type { Label, ManifestRow } from "../../../../catalogue/manifestRow.ts";
import { isObject } from "../../../../catalogue/record.ts";
import { attributableOf } from "../../../../catalogue/subProviders/attributableOf.ts";
import { subProviderOf } from "../../../../catalogue/subProviders/subProviderOf.ts";
import { type ColumnMap, withNumbers } from "../columns.ts";
import type { Fields } from "../records/fields.ts";
import type { FormatName, Located, RowMap, Verdict } from "../rowMap.ts";
import { ColumnRowMap, jsonOf, labelOf } from "./columnRowMap.ts";
import { readHeader } from "./header.ts";

/** The columns of the table in their order, for files without a header (Openverse's DDL, 2025). */
const TABLE = [
  ...["identifier", "created_on", "updated_on", "ingestion_type", "provider", "source", "foreign_identifier"],
  ...[
    "foreign_landing_url",
    "url",
    "thumbnail",
    "width",
    "height",
    "filesize",
    "license",
    "license_version",
    "creator",
  ],
  ...["creator_url", "title", "meta_data", "tags", "watermarked", "last_synced_with_source", "removed_from_source"],
  ...["filetype", "category", "standardized_popularity"],
] as const;

const NAMES = {
  id: "identifier",
  url: "url",
  provider: "provider",
  source: "source",
  creator: "creator",
  creatorUrl: "creator_url",
  createdAt: "created_on",
  license: "license",
  width: "width",
  height: "height",
  fileSize: "filesize",
} as const satisfies ColumnMap;

/** Columns that need more than to be copied. */
const FURTHER = {
  meta: "meta_data",
  tags: "tags",
  version: "license_version",
  removed: "removed_from_source",
} as const;
type Further = Readonly<Record<keyof typeof FURTHER, number>>;

export class OpenverseRowMap implements RowMap {
  readonly jsonColumns = [...Object.values(NAMES), ...Object.values(FURTHER)];
  #rows = new ColumnRowMap({ id: 0, url: 1 });
  #further: Further = { meta: 0, tags: 0, version: 0, removed: 0 };
  #columns = 0;

  begin(fields: Fields, format: FormatName): "header" | "prelude" | "row" {
    const isHeader = fields.text(0) === TABLE[0] || columnsOf(fields).includes(NAMES.id);
    const found = format === "jsonl" ? "row" : readHeader(fields, format, isHeader);
    if (found === "prelude") return "prelude";
    this.#use(format === "jsonl" ? this.jsonColumns : found === "row" ? TABLE : found);
    this.#rows.begin(fields, "tsv");
    return found === "row" ? "row" : "header";
  }

  locate(fields: Fields, located: Located): Verdict {
    if (fields.count < this.#columns && !(fields.count === 1 && !fields.has(0))) return "too-few-columns";
    if (fields.count > this.#columns) return "too-many-columns";
    const removed = fields.text(this.#further.removed);
    if (removed === "t" || removed === "true") return "removed";
    return this.#rows.locate(fields, located);
  }

  row(fields: Fields, located: Located): ManifestRow {
    const meta = jsonOf(fields.text(this.#further.meta));
    const told = isObject(meta) ? meta : {};
    const row = this.#rows.row(fields, located);
    const listed = jsonOf(fields.text(this.#further.tags));
    const version = fields.text(this.#further.version);
    return {
      ...row,
      ...sourceOf(row, meta),
      ...tagsOf(Array.isArray(listed) ? listed : []),
      ...(typeof told.views === "number" && Number.isSafeInteger(told.views) && told.views >= 0
        ? { views: told.views }
        : {}),
      ...(row.license === undefined || version === "" ? {} : { license: `${row.license} ${version}`.slice(0, 300) }),
    };
  }

  /** A dump of some columns will do, if identifier and url are among them. */
  #use(header: readonly string[]): void {
    const at = (name: string) => (header.includes(name) ? header.indexOf(name) : NONE);
    const { id, url, ...rest } = NAMES;
    const there = Object.entries(rest).filter(([, name]) => header.includes(name));
    this.#rows = new ColumnRowMap(withNumbers({ id, url, ...Object.fromEntries(there) }, header));
    this.#columns = header.length;
    this.#further = {
      ...{ meta: at(FURTHER.meta), tags: at(FURTHER.tags) },
      ...{ version: at(FURTHER.version), removed: at(FURTHER.removed) },
    };
  }
}

/** A column that no record has. */
const NONE = 1_000;

function columnsOf(fields: Fields): readonly string[] {
  return Array.from({ length: Math.min(fields.count, TABLE.length) }, (_, at) => fields.text(at).trim());
}

/** The sub-provider by what `meta_data` says. A source that the catalogue lists stays. */
function sourceOf({ provider, source, creatorUrl }: ManifestRow, meta: unknown): Pick<ManifestRow, "source"> {
  if (provider === undefined || (source !== undefined && source !== provider)) return {};
  const found = subProviderOf(attributableOf(provider, creatorUrl ?? null, meta));
  return found === null ? {} : { source: found };
}

/** Tags of people have no accuracy; labels of machines have one. */
function tagsOf(list: readonly unknown[]): Pick<ManifestRow, "tags" | "labels"> {
  const labels = list.flatMap((one): readonly Label[] => labelOf(one));
  const tags = list.flatMap((one) => {
    const name = isObject(one) && labelOf(one).length === 0 ? one.name : null;
    return typeof name === "string" && name !== "" ? [name.slice(0, 1_000)] : [];
  });
  return { ...(tags.length === 0 ? {} : { tags }), ...(labels.length === 0 ? {} : { labels }) };
}
