/** Openverse's table `image` in a test database, as far as an export touches it, and clients beside the export. */
import type pg from "pg";
import type { Outcome } from "../../../src/catalogue/outcome.ts";
import type { Postgres } from "../postgres.ts";
import { seeded } from "../seeded.ts";
import { uuidOf } from "./outcomes.ts";

/** Fields of outcomes into columns of `createImages`. */
export const IMAGE_MAP = {
  ...{ id: "identifier", "original.width": "width", "original.height": "height", "original.bytes": "filesize" },
  ...{ format: "filetype", status: "status", reason: "status_reason", checkedAt: "checked_at" },
  ...{ thumbhash: "meta_data->thumbhash", dhash: "meta_data->dhash", "original.takenAt": "taken_at" },
} as const;

const COLUMNS = `identifier uuid PRIMARY KEY, url varchar(3000) NOT NULL UNIQUE, title text, provider varchar(80),
  source varchar(80), creator_url varchar(2000), width integer, height integer, filesize integer, filetype varchar(5),
  meta_data jsonb, status text, status_reason text, checked_at timestamptz, taken_at timestamp`;

/** Rows 1 to `rows`, with the identifiers of `uuidOf`. */
export async function createImages(client: pg.ClientBase, table: string, rows: number): Promise<void> {
  await client.query(`CREATE TABLE ${table} (${COLUMNS})`);
  await client.query(
    `INSERT INTO ${table} (identifier, url, title, provider, source, creator_url, meta_data)
     SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'https://photos.test/' || i || '.jpg', 'old',
       'flickr', 'flickr', 'https://www.flickr.com/photos/' || (ARRAY['24662369@N07', 'nasahqphoto', i::text])[1 + i % 3],
       '{"kept": true}' FROM generate_series(1, $1::int) i`,
    [rows],
  );
}

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

/** Changes whenever any row of the table was written, even with the same values. */
export async function writesOf(client: pg.ClientBase, table: string): Promise<unknown> {
  const text = `SELECT count(*) AS rows, max(xmin::text::bigint) AS newest, max(xmax::text::bigint) AS locked,
    md5(string_agg(ctid::text, ',' ORDER BY identifier)) AS places FROM ${table}`;
  return (await client.query(text)).rows[0];
}

/** What IMAGE_MAP makes of an outcome in a row of `createImages`. */
export function rowOf(outcome: Outcome) {
  const { original, thumbhash, dhash, format } = outcome;
  const bytes = original?.bytes ?? null;
  return {
    ...{ width: original?.width ?? null, height: original?.height ?? null, filetype: format },
    // The column is an int4.
    filesize: bytes !== null && bytes > 2 ** 31 - 1 ? null : bytes,
    ...{ status: outcome.status, status_reason: outcome.reason, checked_at: new Date(outcome.checkedAt) },
    meta_data: { kept: true, ...(thumbhash === null ? {} : { thumbhash }), ...(dhash === null ? {} : { dhash }) },
  };
}

/** The columns of a row that `rowOf` gives. */
export function picked(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { width, height, filetype, filesize, status, status_reason, checked_at, meta_data } = row;
  return { width, height, filetype, filesize, status, status_reason, checked_at, meta_data };
}

/** How many rows two tables do not have in common, by the columns of facts. */
export async function differences(client: pg.ClientBase, a: string, b: string): Promise<number> {
  const columns = "identifier, width, height, filesize, filetype, meta_data, taken_at";
  const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM (
    (SELECT ${columns} FROM ${a} EXCEPT SELECT ${columns} FROM ${b}) UNION ALL
    (SELECT ${columns} FROM ${b} EXCEPT SELECT ${columns} FROM ${a})) d`);
  return rows[0]?.n ?? -1;
}
