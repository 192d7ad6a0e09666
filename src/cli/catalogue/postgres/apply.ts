/** Writes the staged rows to the table: one statement after the other, each of few rows and of limited time. */

import type pg from "pg";
import { WrongInput } from "../failure.ts";
import { afterTimeout, BATCH, nextBatch } from "./batchSize.ts";
import type { Job } from "./job.ts";
import { type Batch, updateBatch } from "./updateSql.ts";

/** One update, for the progress and for tests. */
export type Applied = { readonly rows: number; readonly changed: number; readonly ms: number; readonly held: number };

type Row = {
  readonly rows: number;
  readonly changed: number;
  readonly applied: string | null;
  readonly held: readonly string[];
};

/** The server ended the statement at its limit; it met a lock on the whole table; two clients wait for each other. */
const PASSES = ["57014", "55P03", "40P01", "40001"];
/** Tries of one batch, first at once, then a second apart: a table may be locked for a while by an ALTER TABLE. */
const TRIES = 60;
/** Above that many rows that others hold, we wait for some of them before we go on. */
const MOST_HELD = 5_000;
const PAUSE_MS = 250;

/** From where the job stands to its end. Waits as long as other clients hold rows. `signal` ends it between two updates. */
export async function applyStaged(
  client: pg.ClientBase,
  job: Job,
  signal: AbortSignal,
  onBatch: (applied: Applied) => void,
): Promise<void> {
  await client.query(`SET statement_timeout = ${BATCH.limitMs}; SET lock_timeout = ${BATCH.limitMs - 50}`);
  // The commit need not wait for the disk: the rows and the cursor are lost together or not at all.
  await client.query("SET synchronous_commit = off");
  // Keys lead to rows; a plan that reads the whole table would always meet the limit.
  await client.query("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off");
  const sql = (batch: Batch) => updateBatch(job.staging, job.jobs, job.plan, batch);
  const texts = { first: sql("first"), after: sql("after"), listed: sql("listed") } as const satisfies Record<
    Batch,
    string
  >;
  let { applied, held } = job.state;
  let size: number = BATCH.first;
  let tries = 0;
  let ended = false;
  while (!ended || held.length > 0) {
    signal.throwIfAborted();
    const listed: boolean = ended || held.length >= MOST_HELD;
    const batch: Batch = listed ? "listed" : applied === null ? "first" : "after";
    const which = { first: [], after: [applied], listed: [held.slice(0, size)] } as const satisfies Record<
      Batch,
      unknown
    >;
    const before = performance.now();
    let row: Row | undefined;
    try {
      row = (await client.query<Row>(texts[batch], [job.name, ...which[batch], size])).rows[0];
    } catch (error) {
      if (!PASSES.includes((error as pg.DatabaseError).code ?? "") || ++tries >= TRIES) throw tooSlow(error, size);
      size = afterTimeout(size);
      if (size === 1 && tries > 5) await pause(1_000);
      continue;
    }
    if (row === undefined) throw new WrongInput(`The job ${job.name} was removed while it ran`);
    tries = 0;
    const ms = performance.now() - before;
    if (row.rows > 0) size = nextBatch(size, ms);
    if (listed && row.held.length >= held.length) await pause(PAUSE_MS);
    if (!listed) ended = row.rows === 0;
    onBatch({ rows: listed ? 0 : row.rows, changed: row.changed, ms, held: row.held.length });
    [applied, held] = [row.applied, row.held];
  }
  // What follows may take longer than an update: a large staging table is dropped.
  await client.query("RESET ALL");
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

function tooSlow(error: unknown, size: number): unknown {
  const { code } = error as pg.DatabaseError;
  if (code !== "57014") return error;
  return new WrongInput(
    `An update of ${size} row(s) takes longer than ${BATCH.limitMs} ms. Does the table have slow triggers, or is the key's index missing?`,
  );
}
