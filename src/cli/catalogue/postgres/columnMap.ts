/**
 * The map of an export: which field goes into which column. A JSON object, `{"id": "identifier", "bytes": "filesize"}`; the
 * entry `id` names the key. `"dhash": "meta_data->dhash"` writes a key of a jsonb column. Pure.
 */
import { isObject } from "../../../catalogue/record.ts";
import { FIELD_NAMES, FIELDS, type FieldName, isFieldName } from "../outcomes/fields.ts";
import { misfit, OBJECT_TYPE, type TableColumn } from "./columnTypes.ts";
import type { TargetTable } from "./targetTable.ts";

/** A column that one field fills, or a jsonb column in which fields fill keys. */
export type MappedColumn =
  | { readonly kind: "value"; readonly column: TableColumn; readonly field: FieldName }
  | {
      readonly kind: "object";
      readonly column: TableColumn;
      readonly keys: readonly { readonly key: string; readonly field: FieldName }[];
    };

export type ColumnMap = { readonly key: TableColumn; readonly columns: readonly MappedColumn[] };

export type ReadMap =
  | { readonly ok: true; readonly value: ColumnMap }
  | { readonly ok: false; readonly problems: readonly string[] };

const ARROW = "->";

/** The text of a map file, held against the table. Every problem at once. */
export function readColumnMap(text: string, table: TargetTable): ReadMap {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, problems: [`The map is no JSON: ${error instanceof Error ? error.message : error}`] };
  }
  if (!isObject(json)) return { ok: false, problems: ["The map must be an object from fields to columns"] };
  const problems: string[] = [];
  const columns = new Map<string, MappedColumn>();
  let key: TableColumn | null = null;
  for (const [field, target] of Object.entries(json)) {
    if (!isFieldName(field)) {
      problems.push(`There is no field ${field}; known are ${FIELD_NAMES.join(", ")}`);
    } else if (typeof target !== "string" || target === "") {
      problems.push(`${field} must name a column, and not be ${JSON.stringify(target)}`);
    } else if (field === "id") {
      key = keyColumn(target, table, problems);
    } else {
      place(field, target, table, columns, problems);
    }
  }
  if (!Object.hasOwn(json, "id")) problems.push('The map has no "id": it must name the column with the identifiers');
  if (columns.size === 0 && problems.length === 0) problems.push("The map names no column to write");
  if (key !== null && columns.has(key.name))
    problems.push(`Column ${key.name} holds the identifiers: nothing else may be written to it`);
  return key === null || problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: { key, columns: [...columns.values()] } };
}

function keyColumn(name: string, table: TargetTable, problems: string[]): TableColumn | null {
  const column = find(name, "id", table, problems);
  if (column === null) return null;
  const wrong = misfit("id", column);
  if (wrong !== null) problems.push(`id: ${wrong}`);
  else if (!table.uniqueColumns.includes(name)) {
    problems.push(
      `id: column ${name} has no unique index of its own; without one each update would read the whole table`,
    );
  }
  return column;
}

function place(
  field: FieldName,
  target: string,
  table: TargetTable,
  columns: Map<string, MappedColumn>,
  problems: string[],
): void {
  const [name = "", key] = table.columns.has(target) ? [target] : target.split(ARROW);
  const column = find(name, field, table, problems);
  if (column === null) return;
  const taken = columns.get(name);
  if (column.generated) {
    problems.push(`${field}: column ${name} is computed by the database and cannot be written`);
  } else if (key !== undefined) {
    if (column.type !== OBJECT_TYPE)
      problems.push(`${field}: column ${name} is ${column.declared}; only jsonb has keys`);
    else if (taken?.kind === "object" && taken.keys.every((known) => known.key !== key)) {
      columns.set(name, { ...taken, keys: [...taken.keys, { key, field }] });
    } else if (taken === undefined) columns.set(name, { kind: "object", column, keys: [{ key, field }] });
    else problems.push(`${field}: ${target} is named twice`);
  } else if (taken !== undefined) {
    problems.push(`${field}: column ${name} is named twice`);
  } else if (column.type === OBJECT_TYPE) {
    problems.push(`${field}: column ${name} is jsonb; name a key in it, as ${name}${ARROW}${field}`);
  } else {
    const wrong = misfit(FIELDS[field].kind, column);
    if (wrong !== null) problems.push(`${field}: ${wrong}`);
    columns.set(name, { kind: "value", column, field });
  }
}

function find(name: string, field: string, table: TargetTable, problems: string[]): TableColumn | null {
  const column = table.columns.get(name);
  if (column !== undefined) return column;
  problems.push(`${field}: table ${table.shown} has no column ${name}; it has ${[...table.columns.keys()].join(", ")}`);
  return null;
}
