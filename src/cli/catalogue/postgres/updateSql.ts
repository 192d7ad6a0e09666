/** The SQL of an update from a staging table. Names are quoted; values are parameters. Pure. */
import type { TableColumn } from "./columnTypes.ts";
import { quoted, type TargetTable } from "./targetTable.ts";

export type PlannedColumn = {
  readonly column: TableColumn;
  /** `write`: null is written. `keep`: null changes nothing. `merge`: keys of an object are added to those that are there. */
  readonly onNull: "write" | "keep" | "merge";
};

/** What a staging table holds, and what becomes of the rows of the target with the same key. */
export type UpdatePlan = {
  readonly table: TargetTable;
  readonly key: TableColumn;
  readonly columns: readonly PlannedColumn[];
  /** A row is left alone when one of these has another value than the staged one: somebody has changed it since. */
  readonly guards: readonly TableColumn[];
  /** A time or number among `columns`: a row whose own is later is left alone. */
  readonly laterWins: string | null;
};

/** Columns of a staging table: `k`, `version`, `c0`, `c1`, …, `g0`, …; null `version` never stands there. */
export function stagingColumns({ columns, guards }: UpdatePlan): readonly string[] {
  return ["k", "version", ...columns.map((_, i) => `c${i}`), ...guards.map((_, i) => `g${i}`)];
}

/** Unlogged: a crash of the server empties it together with the table of jobs, so the job begins anew. */
export function createStaging(staging: string, { table, key, columns, guards }: UpdatePlan): string {
  const typed = [
    `t.${quoted(key.name)} AS k`,
    `''::text COLLATE "C" AS version`,
    ...columns.map(({ column }, i) => `t.${quoted(column.name)} AS c${i}`),
    ...guards.map((column, i) => `t.${quoted(column.name)} AS g${i}`),
  ];
  return `CREATE UNLOGGED TABLE ${staging} AS SELECT ${typed.join(", ")} FROM ${table.sql} t WITH NO DATA;
    ALTER TABLE ${staging} ADD PRIMARY KEY (k)`;
}

/** From `incoming`, which may have a key several times, into the staging table: the greatest version of each key stays. */
export function mergeStaged(staging: string, plan: UpdatePlan): string {
  const names = stagingColumns(plan);
  const set = names.slice(1).map((name) => `${name} = excluded.${name}`);
  return `INSERT INTO ${staging} AS s (${names.join(", ")})
    SELECT DISTINCT ON (k) ${names.join(", ")} FROM incoming ORDER BY k, version DESC
    ON CONFLICT (k) DO UPDATE SET ${set.join(", ")} WHERE s.version < excluded.version`;
}

/** Which staged rows an update takes: the first ones, those after key $2, or those whose keys are in the list $2. */
export type Batch = "first" | "after" | "listed";

/**
 * One statement: it takes a batch of staged rows, locks the rows of the target that differ, in the order of their keys,
 * updates them, and moves the job on. It waits for no row: what another client has locked is noted in the job and comes
 * later. Parameters: $1 the job, $2 see Batch (not for `first`), $3 (`first`: $2) the number of rows. One row comes back.
 */
export function updateBatch(staging: string, jobs: string, plan: UpdatePlan, batch: Batch): string {
  const { table, key, columns, guards, laterWins } = plan;
  const k = `t.${quoted(key.name)}`;
  const value = ({ column, onNull }: PlannedColumn, i: number) => {
    const old = `t.${quoted(column.name)}`;
    if (onNull === "merge") return `COALESCE(${old}, '{}'::jsonb) || COALESCE(b.c${i}, '{}'::jsonb)`;
    return onNull === "keep" ? `COALESCE(b.c${i}, ${old})` : `b.c${i}`;
  };
  const pairs = columns.map((one, i) => ({ old: `t.${quoted(one.column.name)}`, fresh: value(one, i) }));
  const later = columns.findIndex(({ column }) => column.name === laterWins);
  const conditions = [
    `(${pairs.map(({ old, fresh }) => `${old} IS DISTINCT FROM (${fresh})`).join(" OR ")})`,
    ...guards.map(({ name }, i) => `t.${quoted(name)} IS NOT DISTINCT FROM b.g${i}`),
    ...pairs.filter((_, i) => i === later).map(({ old }) => `(${old} IS NULL OR ${old} <= b.c${later})`),
  ].join(" AND ");
  const rows = {
    first: "ORDER BY s.k LIMIT $2",
    after: `WHERE s.k > $2::${key.declared} ORDER BY s.k LIMIT $3`,
    listed: `WHERE s.k = ANY($2::text[]::${key.declared}[]) ORDER BY s.k LIMIT $3`,
  } as const satisfies Record<Batch, string>;
  const others = "(SELECT array_agg(k::text) FROM found WHERE differs AND k NOT IN (SELECT k FROM free))";
  return `WITH batch AS MATERIALIZED (SELECT s.* FROM ${staging} s ${rows[batch]}),
    found AS MATERIALIZED (SELECT b.k, (${conditions}) AS differs FROM batch b JOIN ${table.sql} t ON ${k} = b.k),
    free AS MATERIALIZED (
      SELECT f.k FROM found f JOIN ${table.sql} t ON ${k} = f.k WHERE f.differs ORDER BY f.k FOR NO KEY UPDATE OF t SKIP LOCKED),
    changed AS (
      UPDATE ${table.sql} t SET ${columns.map((one, i) => `${quoted(one.column.name)} = ${value(one, i)}`).join(", ")}
      FROM free f JOIN batch b ON b.k = f.k WHERE ${k} = f.k AND ${conditions} RETURNING 1),
    moved AS (
      UPDATE ${jobs} j SET changed = j.changed + (SELECT count(*) FROM changed),
        ${
          batch === "listed"
            ? `held = COALESCE(${others}, '{}') || ARRAY(SELECT h FROM unnest(j.held) h WHERE h <> ALL($2::text[]))`
            : `applied = COALESCE((SELECT k::text FROM batch ORDER BY k DESC LIMIT 1), j.applied),
        read = j.read + (SELECT count(*) FROM batch), found = j.found + (SELECT count(*) FROM found),
        held = j.held || COALESCE(${others}, '{}')`
        }
      WHERE j.name = $1 RETURNING j.applied, j.held)
    SELECT (SELECT count(*)::int FROM batch) AS rows, (SELECT count(*)::int FROM changed) AS changed,
      applied, held FROM moved`;
}
