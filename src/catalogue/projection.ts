/**
 * The projection of the log into D1, for look-ups by identifier: 16 databases by the hash of the identifier, one table
 * with nothing but its primary key, since every index is another row written. It can be made again from the log. Pure.
 */
import type { Outcome } from "./outcome.ts";

/** Bindings `CATALOGUE_0` to `CATALOGUE_15`. */
export const PROJECTION_SHARDS = 16;

type Column = {
  readonly name: string;
  readonly type: "TEXT" | "INTEGER";
  readonly of: (outcome: Outcome) => string | number | null;
};

const COLUMNS = [
  { name: "id", type: "TEXT", of: ({ id }) => id },
  { name: "url", type: "TEXT", of: ({ url }) => url },
  { name: "source", type: "TEXT", of: ({ source }) => source },
  { name: "status", type: "TEXT", of: ({ status }) => status },
  { name: "http", type: "INTEGER", of: ({ http }) => http },
  { name: "variant", type: "TEXT", of: ({ variant }) => variant },
  { name: "format", type: "TEXT", of: ({ format }) => format },
  { name: "bytes", type: "INTEGER", of: ({ bytes }) => bytes },
  { name: "width", type: "INTEGER", of: ({ original }) => original?.width ?? null },
  { name: "height", type: "INTEGER", of: ({ original }) => original?.height ?? null },
  { name: "colour", type: "TEXT", of: ({ colour }) => colour },
  { name: "thumbhash", type: "TEXT", of: ({ thumbhash }) => thumbhash },
  { name: "dhash", type: "TEXT", of: ({ dhash }) => dhash },
  { name: "checked_at", type: "INTEGER", of: ({ checkedAt }) => checkedAt },
] as const satisfies readonly Column[];

/** WITHOUT ROWID: a table with a text as its key would otherwise write a row for the table and one for its index. */
export const PROJECTION_SCHEMA = `CREATE TABLE IF NOT EXISTS picture (${COLUMNS.map(
  ({ name, type }) => `${name} ${type}${name === "id" ? " PRIMARY KEY" : ""}`,
).join(", ")}) WITHOUT ROWID`;

const names = COLUMNS.map(({ name }) => name);

/** Takes one parameter, the rows of one shard as `projectionRows` writes them. An older outcome changes nothing. */
export const PROJECTION_UPSERT =
  `INSERT INTO picture (${names.join(", ")}) ` +
  `SELECT ${names.map((_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?1) WHERE true ` +
  `ON CONFLICT (id) DO UPDATE SET ${names
    .filter((name) => name !== "id")
    .map((name) => `${name} = excluded.${name}`)
    .join(", ")} WHERE excluded.checked_at >= picture.checked_at`;

/** Takes one parameter, the identifier. */
export const PROJECTION_LOOK_UP = `SELECT ${names.join(", ")} FROM picture WHERE id = ?1`;

/** Takes one parameter, the identifier. Gives `source`. */
export const PROJECTION_SOURCE = "SELECT source FROM picture WHERE id = ?1";

/** Takes one parameter, a JSON array of identifiers of one shard. Gives `id` and `url` of those that are stored. */
export const PROJECTION_ADDRESSES =
  "SELECT id, url FROM picture WHERE id IN (SELECT value FROM json_each(?1)) AND status IN ('stored', 'present')";

/** Outcomes as the parameter of `PROJECTION_UPSERT`: a JSON array of arrays. Of one identifier the latest stays. */
export function projectionRows(outcomes: readonly Outcome[]): string {
  const latest = new Map<string, Outcome>();
  for (const outcome of outcomes) {
    const known = latest.get(outcome.id);
    if (known === undefined || outcome.checkedAt >= known.checkedAt) latest.set(outcome.id, outcome);
  }
  return JSON.stringify([...latest.values()].map((outcome) => COLUMNS.map(({ of }) => of(outcome))));
}

/** Outcomes, or other rows of pictures, by shard; shards without one are left out. */
export function byShard<T extends { readonly id: string }>(outcomes: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const shards = new Map<number, T[]>();
  for (const outcome of outcomes) {
    const shard = shardOfId(outcome.id);
    const list = shards.get(shard);
    if (list === undefined) shards.set(shard, [outcome]);
    else list.push(outcome);
  }
  return shards;
}

/** 0 to 15: 32-bit FNV-1a (draft-eastlake-fnv-17) over the identifier's UTF-8, modulo the shards. */
export function shardOfId(id: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % PROJECTION_SHARDS;
}
