/**
 * Removes what the catalogue has worked out of a purged source or host: labels, and after a takedown its rows of likenesses and
 * its name in the rows of others. In steps that can be resumed with their cursor and repeated without harm.
 */
import { PROJECTION_SHARDS } from "../../catalogue/projection.ts";
import { labelsIndexPrefix, labelsKeyOfIndex } from "../../catalogue/recognition/labels.ts";
import { SIMILAR_BOUND, SIMILAR_DELETE, SIMILAR_FORGET, SIMILAR_SCHEMA } from "../../catalogue/similar.ts";
import { databaseOf } from "../../jobs/catalogue/chunkLog.ts";
import type { Target } from "../../live/takedown.ts";
import type { PurgeStep } from "../../store/purge.ts";

type Bindings = { readonly R2_PRIMARY: R2Bucket };

/**
 * Rows that a statement goes through. The table has no index of sources: it would cost a write for each row. So all rows are
 * read, which a picture that is only to be fetched anew is not worth.
 */
const ROWS = 100_000;
/** Entries of a listing of R2. */
const PAGE = 500;
/** Calls of a step, each a listing with its deletion, or two statements. */
const CALLS = 20;

/** Phase 0 has the labels, phase n the database of shard n - 1. `after`: the last identifier that was looked at. */
type Position = { readonly phase: number; readonly after: string };

/** `isTakedown`: rows too. `cursor` null = from the beginning. Null when the cursor is not one of this purge. */
export async function removeFromCatalogue(
  targets: readonly Target[],
  isTakedown: boolean,
  cursor: string | null,
  bindings: Bindings,
): Promise<PurgeStep | null> {
  const last = isTakedown ? PROJECTION_SHARDS : 0;
  let at: Position | null = cursor === null ? { phase: 0, after: "" } : positionOf(cursor);
  if (at === null || at.phase > last) return null;
  let deleted = 0;
  for (let calls = 0; calls < CALLS && at.phase <= last; calls++) {
    const { phase, after }: Position = at;
    const done: Removed =
      phase === 0
        ? await removeLabels(targets, bindings.R2_PRIMARY)
        : await removeRows(targets, databaseOf(bindings, phase - 1), after);
    deleted += done.deleted;
    at = done.next === null ? { phase: phase + 1, after: "" } : { phase, after: done.next };
  }
  return at.phase > last
    ? { deleted, cursor: null, done: true }
    : { deleted, cursor: `${at.phase}-${encodeURIComponent(at.after)}`, done: false };
}

function positionOf(cursor: string): Position | null {
  const [, phase = "", after = ""] = /^(\d{1,2})-(.*)$/.exec(cursor) ?? [];
  if (phase === "") return null;
  try {
    return { phase: Number(phase), after: decodeURIComponent(after) };
  } catch {
    return null;
  }
}

/** `next`: what to go on with; null = the phase is done. */
type Removed = { readonly deleted: number; readonly next: string | null };

async function removeLabels(targets: readonly Target[], bucket: R2Bucket): Promise<Removed> {
  let deleted = 0;
  for (const target of targets) {
    // What was deleted is not listed again, so there is no cursor to keep.
    const { objects, truncated } = await bucket.list({ prefix: labelsIndexPrefix(target), limit: PAGE });
    const keys = objects.map(({ key }) => key);
    if (keys.length > 0) await bucket.delete([...keys.map(labelsKeyOfIndex), ...keys]);
    deleted += keys.length;
    if (truncated) return { deleted, next: "" };
  }
  return { deleted, next: null };
}

async function removeRows(targets: readonly Target[], database: D1Database | null, after: string): Promise<Removed> {
  if (database === null) return { deleted: 0, next: null };
  await database.prepare(SIMILAR_SCHEMA).run();
  const bound = await database.prepare(SIMILAR_BOUND).bind(after, ROWS).first<{ readonly id: string }>();
  const to = bound?.id ?? null;
  const statements = targets.flatMap(({ host16, source32 }) => {
    const source = `${host16}/${source32 ?? "%"}`;
    const quoted = source32 === null ? `"${host16}/` : `"${source}"`;
    return [
      database.prepare(SIMILAR_DELETE).bind(after, to, source),
      database.prepare(SIMILAR_FORGET).bind(after, to, source, quoted),
    ];
  });
  const results = await database.batch(statements);
  // Every first one deletes rows.
  const deleted = results.reduce((sum, { meta }, i) => sum + (i % 2 === 0 ? meta.changes : 0), 0);
  return { deleted, next: to };
}
