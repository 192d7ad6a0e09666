/**
 * A source's own bytes, kept in the region's bucket for a day (a lifecycle rule on `2/o/` deletes them,
 * docs/inside/storage.md): long enough for the other sizes of a page, so that they need no second fetch.
 */
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import { decodeProvenance, encodeProvenance } from "./schema/meta.ts";
import type { Provenance } from "./tiers/tier.ts";

export type Original = Provenance & { readonly bytes: Uint8Array };

/** The lifecycle rule's day. We hold it too: a bucket without the rule must not serve a year-old original. */
export const ORIGINAL_MS = 86_400_000;

const MAX_METADATA_BYTES = 1_800;

/** Writes it over an older one. Gives the time (unix ms) until which other sizes may be made from it. */
export async function putOriginal(bucket: R2Bucket, key: string, original: Original): Promise<number> {
  await bucket.put(key, original.bytes, { customMetadata: encodeProvenance(original, MAX_METADATA_BYTES) });
  return Math.min(original.freshUntil, original.storedAt + ORIGINAL_MS);
}

export type GetOriginalOptions = {
  /** False for an original that a purge or a takedown reaches; it is then not used. May throw. */
  readonly mayUse?: (from: Provenance) => boolean;
  /** The source is down: an original past its freshness may be used too. */
  readonly ifError?: boolean;
  /** Asked before that many bytes are held. May wait, and may refuse by throwing. */
  readonly reserve?: (bytes: number) => Promise<void>;
};

/**
 * The kept original while it may be used: fresh and at most a day old; with `ifError` also past its freshness. Null
 * when there is none, when `mayUse` says no, or when its metadata cannot be read. Rejects when the bucket fails or is
 * slow.
 */
export async function getOriginal(
  bucket: R2Bucket,
  key: string,
  now: number,
  { mayUse = () => true, ifError = false, reserve = async () => {} }: GetOriginalOptions = {},
): Promise<Original | null> {
  const object = await withTimeout(bucket.get(key), STORE_WAIT_MS);
  if (object === null) return null;
  try {
    const from = decodeProvenance(object.customMetadata);
    if (from === null || usableUntil(from, ifError) <= now || !mayUse(from)) {
      await object.body.cancel();
      return null;
    }
    await reserve(object.size);
    return { ...from, bytes: new Uint8Array(await withTimeout(object.arrayBuffer(), STORE_WAIT_MS)) };
  } catch (error) {
    if (!object.bodyUsed) await object.body.cancel();
    throw error;
  }
}

function usableUntil({ storedAt, freshUntil }: Provenance, ifError: boolean): number {
  return ifError ? storedAt + ORIGINAL_MS : Math.min(freshUntil, storedAt + ORIGINAL_MS);
}
