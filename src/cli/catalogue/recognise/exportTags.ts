/** `export RUN --labels`: tags of machines into a table of Postgres, or into a file of JSON lines. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import type pg from "pg";
import { counted } from "../../counted.ts";
import { WrongInput } from "../failure.ts";
import type { LogArguments } from "../outcomes/logArguments.ts";
import { withLog } from "../outcomes/openLog.ts";
import { OBJECT_TYPE } from "../postgres/columnTypes.ts";
import { isDatabaseUrl, withDatabase } from "../postgres/session.ts";
import { quoted, readTargetTable } from "../postgres/targetTable.ts";
import { eachTagged, type TaggedRow } from "./taggedRows.ts";

export type TagExport = LogArguments & {
  /** postgres://…, a file, or `-`. */
  readonly to: string;
  readonly table: string;
  /** Names of the columns with identifiers and tags. */
  readonly key: string;
  readonly tags: string;
};

/** Gives the exit code. */
export function exportTags(order: TagExport): Promise<number> {
  return withLog(order, "Run it again: what is written stays, and is not written twice.", () =>
    isDatabaseUrl(order.to) ? toTable(order) : toFile(order),
  );
}

/** No statement holds rows for longer. Another client's lock is waited for as long at most. */
const LIMIT = "SET statement_timeout = '5s'; SET lock_timeout = '4s'";

function toTable(order: TagExport): Promise<number> {
  return withDatabase(order.to, async (client) => {
    const sql = await updateSql(client, order);
    await client.query(LIMIT);
    let changed = 0;
    await eachTagged(order, async (rows) => {
      changed += (await client.query(sql, [JSON.stringify(rows)])).rowCount ?? 0;
    });
    console.error(`Done: tags of ${counted(changed, "picture")} changed`);
    return 0;
  });
}

/**
 * Replaces the tags of the rows' providers, and leaves all others as they are, in their order. The rows are locked before
 * their tags are read, so that what another client adds is not lost.
 */
async function updateSql(client: pg.Client, { table: name, key, tags }: TagExport): Promise<string> {
  const table = await readTargetTable(client, name);
  const column = table.columns.get(key);
  if (column === undefined) throw new WrongInput(`Table ${table.shown} has no column ${key}; name it with --key`);
  if (!table.uniqueColumns.includes(key)) throw new WrongInput(`Column ${key} has no unique index of its own`);
  const type = table.columns.get(tags)?.declared;
  if (type !== OBJECT_TYPE) throw new WrongInput(`Column ${tags} is ${type ?? "missing"}, but must be ${OBJECT_TYPE}`);
  const [k, t] = [`t.${quoted(key)}`, `t.${quoted(tags)}`];
  return `UPDATE ${table.sql} t SET ${quoted(tags)} = n.merged FROM (
  SELECT ${k} AS key, coalesce((SELECT jsonb_agg(one ORDER BY at)
      FROM jsonb_array_elements(CASE WHEN jsonb_typeof(${t}) = 'array' THEN ${t} ELSE '[]' END) WITH ORDINALITY AS e (one, at)
      WHERE NOT v.providers ? coalesce(one ->> 'provider', '')), '[]') || v.tags AS merged
  FROM jsonb_to_recordset($1::jsonb) AS v (id text, providers jsonb, tags jsonb)
  JOIN ${table.sql} t ON ${k} = v.id::${column.declared} FOR UPDATE OF t
) n WHERE ${k} = n.key AND coalesce(${t}, '[]') IS DISTINCT FROM n.merged`;
}

async function toFile(order: TagExport): Promise<number> {
  const { to } = order;
  const draft = `${to}.draft`;
  const file = to === "-" ? 1 : openSync(draft, "w");
  let count = 0;
  try {
    await eachTagged(order, async (rows) => {
      for (const row of rows.filter(hasTags)) {
        writeSync(file, `${JSON.stringify({ id: row.id, tags: row.tags })}\n`);
        count++;
      }
    });
    if (to !== "-") renameSync(draft, to);
  } finally {
    if (to !== "-") {
      closeSync(file);
      rmSync(draft, { force: true });
    }
  }
  console.error(`Done: tags of ${counted(count, "picture")} written to ${to === "-" ? "standard output" : to}`);
  return 0;
}

function hasTags({ tags }: TaggedRow): boolean {
  return tags.length > 0;
}
