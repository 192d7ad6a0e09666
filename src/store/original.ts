/**
 * A source's own bytes, kept in the region's bucket for a day (a lifecycle rule on `o/` ends them, docs/storage.md):
 * long enough for the other sizes of a page, so that they need no second fetch.
 *
 *   keepOriginal(bucket, keys.original, original)      readOriginal(bucket, keys.original, now) -> Original | null
 */

import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";

export type Original = {
  readonly bytes: Uint8Array;
  readonly source: string;
  readonly v: string;
  readonly storedAt: number;
  readonly freshUntil: number;
};

/** The lifecycle rule's day, held by us too: a bucket without the rule must not serve a year-old original. */
export const ORIGINAL_MS = 86_400_000;

const MAX_SOURCE_CHARS = 1_500;

/** Writes it over an older one. Gives the time (unix ms) until which other sizes may be made from it. */
export async function putOriginal(bucket: R2Bucket, key: string, original: Original): Promise<number> {
  const { bytes, source, v, storedAt, freshUntil } = original;
  await bucket.put(key, bytes, {
    customMetadata: {
      v,
      at: String(storedAt),
      fresh: String(freshUntil),
      source: source.slice(0, MAX_SOURCE_CHARS),
    },
  });
  return Math.min(freshUntil, storedAt + ORIGINAL_MS);
}

export type ReadOptions = {
  /** Unix ms of the host's last purge: what was fetched before is not used. */
  readonly since?: number;
  /** The source is down: past its freshness too. */
  readonly ifError?: boolean;
  /** Asked before so many bytes are held; may wait, and may refuse by throwing. */
  readonly room?: (bytes: number) => Promise<void>;
};

/**
 * The kept original while it may be used: fresh and not over a day old; with `ifError` (the source is down) also past
 * its freshness. Null when there is none, when it is older than a purge, or its metadata cannot be read. Rejects when the
 * bucket fails or is slow.
 */
export async function getOriginal(
  bucket: R2Bucket,
  key: string,
  now: number,
  { since = 0, ifError = false, room = async () => {} }: ReadOptions = {},
): Promise<Original | null> {
  const object = await withTimeout(bucket.get(key), STORE_WAIT_MS);
  if (object === null) return null;
  const { v, at, fresh, source = "" } = object.customMetadata ?? {};
  const [storedAt, freshUntil] = [Number(at), Number(fresh)];
  const usable = ifError ? storedAt + ORIGINAL_MS : Math.min(freshUntil, storedAt + ORIGINAL_MS);
  // A comparison with NaN is false: what has no times is not used.
  if (v === undefined || !/^[0-9a-f]{8}$/.test(v) || !(usable > now) || !(freshUntil > 0) || storedAt < since) {
    await object.body.cancel();
    return null;
  }
  try {
    await room(object.size);
  } catch (error) {
    await object.body.cancel();
    throw error;
  }
  return {
    bytes: new Uint8Array(await withTimeout(object.arrayBuffer(), STORE_WAIT_MS)),
    source,
    v,
    storedAt,
    freshUntil,
  };
}
