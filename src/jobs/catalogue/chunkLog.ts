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
 * Writes the outcomes, unless a slower worker of the same rows has written more of them meanwhile. Gives what the log has
 * now. Rejects when the bucket fails.
 */
export async function writeChunk(bucket: R2Bucket, place: ChunkPlace, outcomes: readonly Outcome[]): Promise<Logged> {
  const { run, host16, part, from } = place;
  const key = logKey(run, host16, part, from);
  const present = Number((await bucket.head(key))?.customMetadata?.rows ?? 0);
  if (present > outcomes.length) {
    const logged = await readChunk(bucket, place);
    if (logged !== null) return logged;
  }
  await bucket.put(key, logText(outcomes), {
    httpMetadata: { contentType: "application/jsonl" },
    customMetadata: { rows: String(outcomes.length) },
  });
  return { outcomes, upTo: from + outcomes.length };
}

/** Shards whose table this isolate knows to be there. */
const READY = new WeakSet<object>();

/** One statement for each database that has rows of the chunk. A database that is not bound is skipped. Rejects when one fails. */
export async function project(bindings: object, outcomes: readonly Outcome[]): Promise<Operations> {
  const written = await Promise.all(
    [...byShard(outcomes)].map(async ([shard, some]) => {
      const database: unknown = Reflect.get(bindings, `CATALOGUE_${shard}`);
      if (!isDatabase(database)) return 0;
      if (!READY.has(database)) await database.prepare(PROJECTION_SCHEMA).run();
      READY.add(database);
      const { meta } = await database.prepare(PROJECTION_UPSERT).bind(projectionRows(some)).run();
      return meta.rows_written;
    }),
  );
  return { d1RowWritten: written.reduce((sum, rows) => sum + rows, 0) };
}

function isDatabase(value: unknown): value is D1Database {
  return typeof value === "object" && value !== null && "prepare" in value;
}
