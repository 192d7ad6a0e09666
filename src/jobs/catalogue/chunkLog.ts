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

/** What an earlier worker has written down of the chunk; null = nothing. Rejects when the bucket fails. */
export async function readChunk(bucket: R2Bucket, { run, host16, part, from }: ChunkPlace): Promise<Logged | null> {
  const object = await bucket.get(logKey(run, host16, part, from));
  if (object === null) return null;
  const outcomes = readLog(await object.text());
  return { outcomes, upTo: from + outcomes.length };
}

/**
 * Gives what the log then has of the chunk. A worker whose lease has ended may still write, before or after the worker that
 * took over. The object with more rows stays: the feed may have counted them already. Rejects when the bucket fails.
 */
export async function writeChunk(
  bucket: Pick<R2Bucket, "get" | "put">,
  { run, host16, part, from }: ChunkPlace,
  outcomes: readonly Outcome[],
): Promise<Logged> {
  const key = logKey(run, host16, part, from);
  const httpMetadata = { contentType: "application/jsonl" };
  for (let onlyIf: R2Conditional = ABSENT; ; ) {
    const written = await bucket.put(key, logText(outcomes), { httpMetadata, onlyIf });
    if (written !== null) return { outcomes, upTo: from + outcomes.length };
    const other = await bucket.get(key);
    const known = other === null ? [] : readLog(await other.text());
    if (known.length >= outcomes.length) return { outcomes: known, upTo: from + known.length };
    onlyIf = other === null ? ABSENT : { etagMatches: other.etag };
  }
}

const ABSENT = { etagDoesNotMatch: "*" } as const satisfies R2Conditional;

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
