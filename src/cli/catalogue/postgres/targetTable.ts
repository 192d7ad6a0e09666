/** The table that is written: its columns, their types and its unique indexes, read from the catalogue of Postgres. */

import pg from "pg";
import { WrongInput } from "../failure.ts";
import type { TableColumn } from "./columnTypes.ts";

export type TargetTable = {
  readonly schema: string;
  readonly name: string;
  /** Both, quoted for SQL. */
  readonly sql: string;
  /** Both, for messages. */
  readonly shown: string;
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Columns that have a unique index of their own, valid and over all rows. */
  readonly uniqueColumns: readonly string[];
};

/** As SQL writes a name, whatever is in it: `my "own" table` -> `"my ""own"" table"`. */
export function quoted(name: string): string {
  return pg.escapeIdentifier(name);
}

const COLUMNS = `SELECT a.attname AS name, t.typname AS type, format_type(a.atttypid, a.atttypmod) AS declared,
  CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
  a.attnotnull AS "notNull", (a.attgenerated <> '' OR a.attidentity = 'a') AS generated
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

const UNIQUE = `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NULL`;

/**
 * `name`: `image`, which is looked up in the search path, or `schema.image`. Capitals count. Throws WrongInput when
 * there is no such table, or when it is a view.
 */
export async function readTargetTable(client: pg.ClientBase, name: string): Promise<TargetTable> {
  const parts = name.split(".");
  const found = await client.query<{ oid: number; schema: string; name: string; kind: string }>(
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind AS kind FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`,
    [parts.map(quoted).join(".")],
  );
  const table = found.rows[0];
  if (table === undefined) throw new WrongInput(`There is no table ${name} in this database`);
  if (table.kind !== "r" && table.kind !== "p") throw new WrongInput(`${name} is a view or an index, and no table`);
  const columns = await client.query<TableColumn>(COLUMNS, [table.oid]);
  const unique = await client.query<{ name: string }>(UNIQUE, [table.oid]);
  return {
    schema: table.schema,
    name: table.name,
    sql: `${quoted(table.schema)}.${quoted(table.name)}`,
    shown: `${table.schema}.${table.name}`,
    columns: new Map(columns.rows.map((column) => [column.name, column])),
    uniqueColumns: unique.rows.map((row) => row.name),
  };
}
