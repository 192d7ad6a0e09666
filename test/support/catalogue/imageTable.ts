/** Openverse's table `image` in a test database, as far as an export touches it. */
import type pg from "pg";
import type { Outcome } from "../../../src/catalogue/outcome.ts";

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
