/** Rows by a column map that the operator gives. */
import type { Label, ManifestRow } from "../../../../catalogue/manifestRow.ts";
import { isObject } from "../../../../catalogue/record.ts";
import { subProviderOf } from "../../../../catalogue/subProviders/subProviderOf.ts";
import { type ColumnMap, type ColumnMeaning, namesOf, withNumbers } from "../columns.ts";
import type { Fields } from "../records/fields.ts";
import { type FormatName, type Located, listedUrl, locateId, numberIn, type RowMap, type Verdict } from "../rowMap.ts";
import { readHeader } from "./header.ts";

export class ColumnRowMap implements RowMap {
  readonly jsonColumns: readonly string[];
  readonly #map: ColumnMap;
  #columns: Readonly<Record<ColumnMeaning, number>>;
  /** Columns of a header; 0 = there is none. */
  #exactly = 0;
  #atLeast = 0;

  constructor(map: ColumnMap) {
    this.#map = map;
    this.jsonColumns = namesOf(map);
    this.#columns = numbersOf(map);
  }

  begin(fields: Fields, format: FormatName): "header" | "prelude" | "row" {
    this.#exactly = 0;
    if (format === "jsonl") {
      // The fields are in the order of the map.
      this.#columns = numbersOf(Object.fromEntries(Object.keys(this.#map).map((meaning, at) => [meaning, at])));
      return "row";
    }
    const found = readHeader(fields, format, typeof this.#map.id === "string");
    if (found === "prelude" || found === "row") {
      this.#atLeast = 1 + Math.max(...Object.values(this.#columns).filter((column) => column < NONE));
      return found;
    }
    this.#columns = numbersOf(withNumbers(this.#map, found));
    this.#exactly = found.length;
    return "header";
  }

  locate(fields: Fields, located: Located): Verdict {
    const { count } = fields;
    if (count === 1 && !fields.has(0)) return "blank";
    if (count < this.#exactly || count < this.#atLeast) return "too-few-columns";
    if (this.#exactly > 0 && count > this.#exactly) return "too-many-columns";
    const columns = this.#columns;
    const wrong = locateId(fields, columns.id, located);
    if (wrong !== null) return wrong;
    if (!fields.has(columns.url)) return "url-missing";
    fields.plain(columns.url);
    located.fileSize = numberIn(fields, columns.fileSize);
    located.width = numberIn(fields, columns.width);
    located.height = numberIn(fields, columns.height);
    return located.address.find(fields.bytes, fields.start(columns.url), fields.end(columns.url));
  }

  headerAdvice(fields: Fields): string | null {
    if (typeof this.#map.url !== "number") return null;
    const named = Object.entries(this.#map).map(([meaning, column]) => [meaning, fields.text(Number(column))] as const);
    if (!named.every(([, name]) => /^[A-Za-z_][\w -]*$/.test(name))) return null;
    return `--columns ${named.map(([meaning, name]) => `${meaning}=${name}`).join(",")}`;
  }

  row(fields: Fields, located: Located): ManifestRow {
    const columns = this.#columns;
    const text = (meaning: ColumnMeaning, most: number) => {
      const value = fields.text(columns[meaning]);
      return value === "" ? {} : { [meaning]: value.slice(0, most) };
    };
    const provider = fields.text(columns.provider).slice(0, SHORT);
    const creatorUrl = fields.text(columns.creatorUrl);
    const listed = fields.text(columns.source).slice(0, SHORT);
    const source =
      listed !== "" && listed !== provider
        ? listed
        : (subProviderOf({
            provider: provider || null,
            owner: fields.text(columns.owner) || null,
            creatorUrl: creatorUrl || null,
            dataProviders: textsOf(fields.text(columns.dataProvider)),
            unitCode: fields.text(columns.unitCode) || null,
            building: fields.text(columns.building) || null,
          }) ?? listed);
    const views = fields.text(columns.views);
    const tags = textsOf(fields.text(columns.tags)).map((tag) => tag.slice(0, TAG));
    const labels = labelsOf(fields.text(columns.labels));
    return {
      id: located.id(),
      url: listedUrl(fields.text(columns.url), located),
      ...(provider === "" ? {} : { provider }),
      ...(source === "" ? {} : { source }),
      ...text("creator", LONG),
      ...text("creatorUrl", LONG),
      ...text("createdAt", SHORT),
      ...(/^\d{1,15}$/.test(views) ? { views: Number(views) } : {}),
      ...(tags.length === 0 ? {} : { tags }),
      ...text("license", SHORT),
      ...(labels.length === 0 ? {} : { labels }),
    };
  }
}

/** As in ManifestRow. */
const [SHORT, LONG, TAG] = [300, 2_000, 1_000];
/** A column that no record has. */
const NONE = 1_000;

function numbersOf(
  map: Readonly<Partial<Record<ColumnMeaning, number | string>>>,
): Readonly<Record<ColumnMeaning, number>> {
  const number = (meaning: ColumnMeaning) => (typeof map[meaning] === "number" ? map[meaning] : NONE);
  return {
    ...{ id: number("id"), url: number("url"), provider: number("provider"), source: number("source") },
    ...{ creator: number("creator"), creatorUrl: number("creatorUrl"), createdAt: number("createdAt") },
    ...{ views: number("views"), tags: number("tags"), license: number("license"), labels: number("labels") },
    ...{ owner: number("owner"), dataProvider: number("dataProvider"), unitCode: number("unitCode") },
    ...{ building: number("building"), width: number("width"), height: number("height") },
    fileSize: number("fileSize"),
  };
}

/** `["a", "b"]`, `[{"name": "a"}]`, or `a,b`. */
function textsOf(text: string): readonly string[] {
  if (text === "") return [];
  const list = text.startsWith("[") ? jsonOf(text) : null;
  const texts = Array.isArray(list)
    ? list.map((one: unknown) =>
        typeof one === "string" ? one : isObject(one) && typeof one.name === "string" ? one.name : "",
      )
    : text.split(",");
  return texts.map((one) => one.trim()).filter((one) => one !== "");
}

/** `[{"name": "cat", "accuracy": 0.98, "provider": "rekognition"}]`. */
function labelsOf(text: string): readonly Label[] {
  const list = text.startsWith("[") ? jsonOf(text) : null;
  return Array.isArray(list) ? list.flatMap(labelOf) : [];
}

/** None: it has no name or no accuracy, so it is no machine's word. */
export function labelOf(one: unknown): readonly Label[] {
  if (!isObject(one)) return [];
  const { name, accuracy, provider } = one;
  // JSON reads 1e999 as Infinity, and writes that as null, which no reader of a part takes.
  if (typeof name !== "string" || name === "" || typeof accuracy !== "number" || !Number.isFinite(accuracy)) return [];
  const by = typeof provider === "string" && provider !== "" ? { provider: provider.slice(0, SHORT) } : {};
  return [{ name: name.slice(0, SHORT), accuracy, ...by }];
}

/** Undefined: it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
