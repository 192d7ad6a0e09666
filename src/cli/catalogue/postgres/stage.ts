/** Collects rows in the staging table: COPY into a temporary table, then a merge, page by page. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { copyText } from "../outcomes/copyText.ts";
import type { Job } from "./job.ts";
import { mergeStaged, stagingColumns } from "./updateSql.ts";

/** The texts of a staging row, in the order of `stagingColumns`. */
export type StagedRow = readonly (string | null)[];

/** Opens the temporary table of this connection. It is empty at the end of each transaction. */
export async function openIncoming(client: pg.ClientBase, { staging }: Job): Promise<void> {
  await client.query("DROP TABLE IF EXISTS pg_temp.incoming");
  await client.query(`CREATE TEMPORARY TABLE incoming (LIKE ${staging}) ON COMMIT DELETE ROWS`);
}

/** A page of rows and where the reading stands after it, in one transaction. */
export async function stagePage(
  client: pg.ClientBase,
  job: Job,
  rows: readonly StagedRow[],
  cursor: string,
): Promise<void> {
  await client.query("BEGIN");
  try {
    if (rows.length > 0) {
      const columns = stagingColumns(job.plan).join(", ");
      const copy = client.query(copyFrom(`COPY pg_temp.incoming (${columns}) FROM STDIN`));
      await pipeline(Readable.from(copyChunks(rows)), copy);
      await client.query(mergeStaged(job.staging, job.plan));
    }
    await client.query(`UPDATE ${job.jobs} SET cursor = $2 WHERE name = $1`, [job.name, cursor]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

const ROWS_A_CHUNK = 500;

function* copyChunks(rows: readonly StagedRow[]): Generator<string> {
  for (let at = 0; at < rows.length; at += ROWS_A_CHUNK) yield copyText(rows.slice(at, at + ROWS_A_CHUNK));
}
