/** Clients of the database beside an export: one that writes, one that watches, one that cuts connections. */
import type pg from "pg";
import { expect, vi } from "vitest";
import type { Postgres } from "../postgres.ts";
import { seeded } from "../seeded.ts";
import { uuidOf } from "./outcomes.ts";

export type Beside = {
  /** Ends the clients. Gives what they saw. */
  stop(): Promise<{ readonly writes: number; readonly refused: number; readonly longestWaitMs: number }>;
};

/**
 * Another client writes to random rows of the table and waits for a lock no longer than 250 ms, or its write is refused. A
 * third one asks the server every few milliseconds how long anybody has been waiting for a lock.
 */
export async function writeBeside(server: Postgres, table: string, rows: number): Promise<Beside> {
  const [writer, watcher] = [await server.connect(), await server.connect()];
  await writer.query("SET lock_timeout = 250");
  const random = seeded(rows);
  let [writes, refused, longestWaitMs] = [0, 0, 0];
  let running = true;
  const write = async () => {
    while (running) {
      const id = uuidOf(1 + Math.floor(random() * rows));
      const text = `UPDATE ${table} SET title = 'new ' || $2 WHERE identifier = $1`;
      await writer.query(text, [id, writes]).then(
        () => writes++,
        (error: pg.DatabaseError) => {
          if (error.code !== "55P03") throw error;
          refused++;
        },
      );
      // As often as a busy site, and not as often as a processor can.
      await new Promise((wake) => setTimeout(wake, 1));
    }
  };
  const WAITS = `SELECT COALESCE(max(extract(epoch FROM clock_timestamp() - waitstart)) * 1000, 0)::float8 AS ms
    FROM pg_locks WHERE NOT granted`;
  const watch = async () => {
    while (running) {
      const { rows: found } = await watcher.query<{ ms: number }>(WAITS);
      longestWaitMs = Math.max(longestWaitMs, found[0]?.ms ?? 0);
      await new Promise((wake) => setTimeout(wake, 5));
    }
  };
  const ended = Promise.all([write(), watch()]);
  ended.catch(() => undefined);
  return {
    async stop() {
      running = false;
      await ended;
      return { writes, refused, longestWaitMs };
    },
  };
}

/** Waits until the job of a table is in that phase, and ends the connections of all jobs. */
export async function cutJob(client: pg.ClientBase, table: string, phase: "stage" | "apply"): Promise<void> {
  const text = `SELECT pg_terminate_backend(a.pid) FROM firstlight_jobs j, pg_stat_activity a
    WHERE j.phase = $1 AND j.name LIKE $2 AND a.application_name = 'firstlight'`;
  const cut = async () => {
    const { rows } = await client.query(text, [phase, `% public.${table} %`]);
    expect(rows.length).toBeGreaterThan(0);
  };
  await vi.waitFor(cut, { timeout: 60_000, interval: 1 });
}

/** Changes whenever any row of the table was written, even with the same values. */
export async function writesOf(client: pg.ClientBase, table: string): Promise<unknown> {
  const text = `SELECT count(*) AS rows, max(xmin::text::bigint) AS newest, max(xmax::text::bigint) AS locked,
    md5(string_agg(ctid::text, ',' ORDER BY identifier)) AS places FROM ${table}`;
  return (await client.query(text)).rows[0];
}
