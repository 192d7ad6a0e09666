/** Where a chunk's outcomes go: the log in the primary bucket, which is the truth, and D1, which is made from it. */
import type { Outcome } from "../../catalogue/outcome.ts";
import { logKey, logText, readLog } from "../../catalogue/outcomeLog.ts";
import type { Operations } from "../../catalogue/prices.ts";
import { byShard, PROJECTION_SCHEMA, PROJECTION_UPSERT, projectionRows } from "../../catalogue/projection.ts";

/** A chunk as the log knows it. */
export type ChunkPlace = {
  readonly run: string;
  readonly host16: string;
  readonly part: number;
  readonly from: number;
};

/** Outcomes of rows `from` to `upTo`. */
export type Logged = { readonly outcomes: readonly Outcome[]; readonly upTo: number };

/**
 * What earlier workers have written down of the rows from `from` on; null = nothing. `cutFrom`: where longer chunks began
 * that had these rows. Rejects when the bucket fails.
 */
export async function readChunk(
  bucket: Pick<R2Bucket, "get">,
  { run, host16, part, from }: ChunkPlace,
  cutFrom: readonly number[] = [],
): Promise<Logged | null> {
  for (const first of [...cutFrom, from]) {
    const object = await bucket.get(logKey(run, host16, part, first));
    const outcomes = object === null ? [] : readLog(await object.text()).slice(from - first);
    if (outcomes.length > 0) return { outcomes, upTo: from + outcomes.length };
  }
  return null;
}

/**
 * Writes the outcomes, unless another worker of the same rows has written its own meanwhile: an object of the log never
 * changes, since the rows behind its last one may be another chunk's already. Gives what the log has. Rejects when the
 * bucket fails.
 */
export async function writeChunk(
  bucket: Pick<R2Bucket, "get" | "put">,
  place: ChunkPlace,
  outcomes: readonly Outcome[],
): Promise<Logged> {
  const { run, host16, part, from } = place;
  const written = await bucket.put(logKey(run, host16, part, from), logText(outcomes), {
    onlyIf: { etagDoesNotMatch: "*" },
    httpMetadata: { contentType: "application/jsonl" },
    customMetadata: { rows: String(outcomes.length) },
  });
  if (written !== null) return { outcomes, upTo: from + outcomes.length };
  const logged = await readChunk(bucket, place);
  if (logged === null) throw new Error(`the log of row ${from} is there, and cannot be read`);
  return logged;
}

/** Shards whose table this isolate knows to be there. */
const READY = new WeakSet<object>();

/** One statement for each database that has rows of the chunk. A database that is not bound is skipped. Rejects when one fails. */
export async function project(bindings: object, outcomes: readonly Outcome[]): Promise<Operations> {
  const written = await Promise.all(
    [...byShard(outcomes)].map(async ([shard, some]) => {
      const database = databaseOf(bindings, shard);
      if (database === null) return 0;
      if (!READY.has(database)) await database.prepare(PROJECTION_SCHEMA).run();
      READY.add(database);
      const { meta } = await database.prepare(PROJECTION_UPSERT).bind(projectionRows(some)).run();
      return meta.rows_written;
    }),
  );
  return { d1RowWritten: written.reduce((sum, rows) => sum + rows, 0) };
}

/** Null: this database is not bound. */
export function databaseOf(bindings: object, shard: number): D1Database | null {
  const database: unknown = Reflect.get(bindings, `CATALOGUE_${shard}`);
  return isDatabase(database) ? database : null;
}

function isDatabase(value: unknown): value is D1Database {
  return typeof value === "object" && value !== null && "prepare" in value;
}
