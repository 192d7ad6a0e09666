/**
 * The state of a job, in the database that it writes to: a row in the table `firstlight_jobs`, and a staging table. Both
 * change in the transaction of the work itself, so a killed job goes on exactly where it stopped.
 */

import { createHash } from "node:crypto";
import type pg from "pg";
import { WrongInput } from "../failure.ts";
import { quoted } from "./targetTable.ts";
import { createStaging, type UpdatePlan } from "./updateSql.ts";

/** `stage`: rows are being collected. `apply`: they are written to the table. `done`: only the cursor is of use. */
export type Phase = "stage" | "apply" | "done";

export type Job = {
  readonly name: string;
  /** Names for SQL, quoted. */
  readonly jobs: string;
  readonly staging: string;
  readonly plan: UpdatePlan;
  /** From an earlier call that was interrupted, or that is done. */
  readonly state: JobState;
};

export type JobState = {
  readonly phase: Phase;
  /** Where the collecting stands, as its own code writes it. */
  readonly cursor: string;
  /** The last key that is applied, as text; null = none is. */
  readonly applied: string | null;
  /** Keys of rows that another client had locked. */
  readonly held: readonly string[];
  readonly read: number;
  readonly found: number;
  readonly changed: number;
};

/** One job of a name at a time: its lock (a session's advisory lock) ends with the connection. */
async function lock(client: pg.ClientBase, name: string): Promise<boolean> {
  const text = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS got";
  const { rows } = await client.query<{ got: boolean }>(text, [`firstlight ${name}`]);
  return rows[0]?.got === true;
}

/** Quoted for SQL. `schema` is quoted already. */
function stagingOf(schema: string, name: string): string {
  return `${schema}.firstlight_staging_${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

const FIELDS = "phase, cursor, applied, held, read::float8 AS read, found::float8 AS found, changed::float8 AS changed";

/**
 * Finds the job of that name, or begins it. `begin` gives the first cursor, from the one that the last finished job of the
 * name left. Throws WrongInput when another process works on it.
 */
export async function openJob(
  client: pg.ClientBase,
  name: string,
  plan: UpdatePlan,
  begin: (previous: string | null) => string,
): Promise<Job> {
  const schema = quoted(plan.table.schema);
  const jobs = `${schema}.firstlight_jobs`;
  const staging = stagingOf(schema, name);
  if (!(await lock(client, name))) throw new WrongInput(`Another process works on this already (${name})`);
  // Two that make the table at the same time would fail, though both say IF NOT EXISTS.
  await client.query("SELECT pg_advisory_lock(hashtextextended('firstlight_jobs', 0))");
  await client.query(`CREATE UNLOGGED TABLE IF NOT EXISTS ${jobs} (name text PRIMARY KEY, phase text NOT NULL, cursor text NOT NULL,
    applied text, held text[] NOT NULL DEFAULT '{}', read int8 NOT NULL DEFAULT 0, found int8 NOT NULL DEFAULT 0,
    changed int8 NOT NULL DEFAULT 0)`);
  await client.query("SELECT pg_advisory_unlock(hashtextextended('firstlight_jobs', 0))");
  const { rows } = await client.query<JobState>(`SELECT ${FIELDS} FROM ${jobs} WHERE name = $1`, [name]);
  const known = rows[0];
  if (known !== undefined && known.phase !== "done") return { name, jobs, staging, plan, state: known };
  await client.query("BEGIN");
  await client.query(`DROP TABLE IF EXISTS ${staging}`);
  await client.query(createStaging(staging, plan));
  const begun = await client.query<JobState>(
    `INSERT INTO ${jobs} (name, phase, cursor) VALUES ($1, 'stage', $2) ON CONFLICT (name) DO UPDATE
     SET phase = 'stage', cursor = excluded.cursor, applied = NULL, held = '{}', read = 0, found = 0, changed = 0 RETURNING ${FIELDS}`,
    [name, begin(known?.cursor ?? null)],
  );
  await client.query("COMMIT");
  const state = begun.rows[0];
  if (state === undefined) throw new Error(`The job ${name} was not stored`);
  return { name, jobs, staging, plan, state };
}

/** All rows are staged: their order of keys is known to the planner from here on. */
export async function endStaging(client: pg.ClientBase, { name, jobs, staging }: Job): Promise<void> {
  await client.query(`ANALYZE ${staging}`);
  await client.query(`UPDATE ${jobs} SET phase = 'apply' WHERE name = $1`, [name]);
}

/**
 * Drops what jobs left whose name begins so, other than this one: they were interrupted, and a call with another map took
 * their place. One that a process works on stays.
 */
export async function dropOthers(client: pg.ClientBase, { name, jobs, plan }: Job, prefix: string): Promise<void> {
  const text = `SELECT name FROM ${jobs} WHERE starts_with(name, $1) AND name <> $2 AND phase <> 'done'`;
  const { rows } = await client.query<{ name: string }>(text, [prefix, name]);
  for (const other of rows) {
    if (!(await lock(client, other.name))) continue;
    await client.query(`DROP TABLE IF EXISTS ${stagingOf(quoted(plan.table.schema), other.name)}`);
    await client.query(`DELETE FROM ${jobs} WHERE name = $1`, [other.name]);
    await client.query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [`firstlight ${other.name}`]);
  }
}

export async function readState(client: pg.ClientBase, job: Job): Promise<Job> {
  const { rows } = await client.query<JobState>(`SELECT ${FIELDS} FROM ${job.jobs} WHERE name = $1`, [job.name]);
  return { ...job, state: rows[0] ?? job.state };
}

/** `cursor`: what the next call begins with; null = nothing stays of the job. Gives the final counts. */
export async function endJob(client: pg.ClientBase, job: Job, cursor: string | null): Promise<JobState> {
  const { name, jobs, staging } = job;
  await client.query("BEGIN");
  await client.query(`DROP TABLE ${staging}`);
  const { rows } = await client.query<JobState>(
    `UPDATE ${jobs} SET phase = 'done', cursor = COALESCE($2, cursor) WHERE name = $1 RETURNING ${FIELDS}`,
    [name, cursor],
  );
  if (cursor === null) await client.query(`DELETE FROM ${jobs} WHERE name = $1`, [name]);
  await client.query("COMMIT");
  return rows[0] ?? job.state;
}
