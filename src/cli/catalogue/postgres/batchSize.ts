/**
 * How many rows the next update takes. One update is one statement, so its rows are locked no longer than it runs; the
 * server ends it at the limit. Pure.
 */

/** No row is locked for 250 ms: below that the server needs time to undo an update. `aimMs`: well below the limit, since the load of the database changes from one update to the next. */
export const BATCH = { first: 100, most: 1_000, aimMs: 60, limitMs: 150 } as const;

/** After an update of `rows` rows that took `ms` milliseconds, there and back. */
export function nextBatch(rows: number, ms: number): number {
  if (ms > BATCH.aimMs) return Math.max(1, Math.floor((rows * BATCH.aimMs) / ms));
  return ms * 2 > BATCH.aimMs ? rows : Math.min(BATCH.most, rows * 2);
}

/** After an update that the server ended at the limit. */
export function afterTimeout(rows: number): number {
  return Math.max(1, Math.floor(rows / 4));
}
