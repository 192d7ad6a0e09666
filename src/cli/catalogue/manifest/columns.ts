/** Which column of a manifest says what. */
import { isObject } from "../../../catalogue/record.ts";

/** What a column can say of a picture. Those of the second group tell the sub-provider, those of the third the size. */
export const COLUMN_MEANINGS = {
  id: "the catalogue's identifier",
  url: "address of the picture",
  provider: "who lists it, such as flickr",
  source: "the source within the provider, such as nasa",
  creator: "its author's name",
  creatorUrl: "its author's page",
  createdAt: "when it was made, ISO 8601",
  views: "a whole number",
  tags: "a JSON list, or texts between commas",
  license: "as listed",
  labels: "a JSON list of {name, accuracy, provider}",

  owner: "Flickr: NSID or alias of the owner",
  dataProvider: "Europeana: the institution, or a JSON list of them",
  unitCode: "Smithsonian: the unit",
  building: "Finna: the building",

  width: "of the original, in pixels",
  height: "of the original, in pixels",
  fileSize: "of the original, in bytes",
} as const satisfies Readonly<Record<string, string>>;

export type ColumnMeaning = keyof typeof COLUMN_MEANINGS;

/** Meaning -> number of the column from 0 on, or its name in the header (JSONL: its path). All numbers, or all names. */
export type ColumnMap = Readonly<Partial<Record<ColumnMeaning, number | string>>> & {
  readonly id: number | string;
  readonly url: number | string;
};

/** `id=0,url=2` or `id=identifier,url=image_url`. Throws Error in words. */
export function readColumns(text: string): ColumnMap {
  const entries = text.split(",").map((part) => {
    const [, meaning = "", column = ""] = /^\s*([^=]+?)\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    if (meaning === "") throw new Error(`"${part}" is no MEANING=COLUMN`);
    return [meaning, /^\d+$/.test(column) ? Number(column) : column] as const;
  });
  return columnMap(entries);
}

/** The text of a map file: `{"id": "identifier", "url": "image_url"}`. Throws Error in words. */
export function readMapFile(text: string): ColumnMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(value)) throw new Error("it is no JSON object");
  return columnMap(Object.entries(value));
}

/** The columns whose names the readers need, in order: those of JSONL are only read where they are named. */
export function namesOf(map: ColumnMap): readonly string[] {
  return Object.values(map).map(String);
}

/** Numbers for the names of a header. Throws Error that says which name the header lacks. */
export function withNumbers(map: ColumnMap, header: readonly string[]): ColumnMap {
  return columnMap(
    Object.entries(map).map(([meaning, column]) => {
      if (typeof column === "number") return [meaning, column];
      const at = header.indexOf(column);
      if (at < 0) throw new Error(`the header has no column ${column}; it has ${header.join(", ").slice(0, 300)}`);
      return [meaning, at];
    }),
  );
}

const MOST = 255;

function columnMap(entries: readonly (readonly [string, unknown])[]): ColumnMap {
  const seen = new Set<string>();
  for (const [meaning, column] of entries) {
    if (!Object.hasOwn(COLUMN_MEANINGS, meaning)) {
      throw new Error(`"${meaning}" is not known; known are ${Object.keys(COLUMN_MEANINGS).join(", ")}`);
    }
    if (seen.has(meaning)) throw new Error(`"${meaning}" is given twice`);
    seen.add(meaning);
    const isNumber = typeof column === "number" && Number.isInteger(column) && column >= 0 && column <= MOST;
    if (!isNumber && !(typeof column === "string" && column !== "")) {
      throw new Error(
        `the column of "${meaning}" cannot be ${JSON.stringify(column)}: a name, or a number from 0 to ${MOST}`,
      );
    }
  }
  const kinds = new Set(entries.map(([, column]) => typeof column));
  if (kinds.size > 1) throw new Error("some columns are numbers and some are names; give all of one kind");
  const { id, url, ...rest } = Object.fromEntries(entries) as Partial<Record<ColumnMeaning, number | string>>;
  if (id === undefined || url === undefined)
    throw new Error(`the column of ${id === undefined ? "id" : "url"} is missing`);
  return { id, url, ...rest };
}
