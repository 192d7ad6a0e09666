/**
 * The index of redirects: under each address that bytes came from or through, which addresses were asked for. With it a
 * purge of the one finds what lies under the others. One empty object per pair, in the primary bucket:
 * `2/r/<host16>/<source32>/<askedHost16>/<askedSource32>`.
 */
import type { AddressHashes } from "../policy/storedAccess.ts";
import type { FinalAddress } from "./schema/finalAddress.ts";
import { KEY_PREFIXES, redirectKey, type SourceKeys } from "./schema/key.ts";
import type { PurgePage, PurgeStore } from "./tiers/tier.ts";

/** A purge by prefix compares the text. It is cut here; one that was cut counts as lying under a longer prefix (purge.ts). */
const MAX_URL_CHARACTERS = 1_000;
/** Asked addresses of one page, and after how many operations a page ends: an invocation has 1 000. */
const PAGE = 50;
const PAGE_OPERATIONS = 300;
/** Entries of one listing below an asked address: KV deletes one in one operation. */
const LISTING = 100;

/**
 * Writes the pair down; repeatable. An address on the way has no text: a purge of any prefix of its host finds it.
 * Rejects when the bucket fails.
 */
export async function putRedirect(
  bucket: R2Bucket,
  behind: AddressHashes & Partial<Pick<FinalAddress, "url">>,
  asked: SourceKeys,
): Promise<void> {
  const customMetadata: Record<string, string> =
    behind.url === undefined ? {} : { source: behind.url.slice(0, MAX_URL_CHARACTERS) };
  await bucket.put(redirectKey(behind, asked), new Uint8Array(), { customMetadata });
}

/**
 * The index as a store that a purge empties: for every pair it deletes from `stores` what lies under the asked address,
 * then the pair. Its cursor is the key of the last pair that is done.
 */
export function redirectPurgeStore(bucket: R2Bucket, label: string, stores: readonly PurgeStore[]): PurgeStore {
  return {
    label: `${label}/r`,
    kinds: ["r"],
    async purgePage({ prefix, matches, cursor, limit }): Promise<PurgePage> {
      const page = await bucket.list({
        prefix,
        limit: limit ?? PAGE,
        include: ["customMetadata"],
        ...(cursor === null || cursor === "" ? {} : { startAfter: cursor }),
      });
      let [deleted, operations, last] = [0, 1, cursor];
      for (const { key, customMetadata } of page.objects) {
        if (operations >= PAGE_OPERATIONS) return { deleted, operations, cursor: last };
        if (matches === null || matches(customMetadata ?? {})) {
          const asked = key.split("/").slice(-2).join("/");
          const emptied = await emptySource(asked, stores, PAGE_OPERATIONS - operations);
          deleted += emptied.deleted;
          operations += emptied.operations;
          // The same pair again in the next page: what was deleted by now is not found any more.
          if (!emptied.done) return { deleted, operations, cursor: last ?? "" };
          await bucket.delete(key);
          deleted++;
          operations++;
        }
        last = key;
      }
      return { deleted, operations, cursor: page.truncated ? last : null };
    },
  };
}

/** Deletes what lies under one asked address, `<host16>/<source32>`, until it is done or `most` operations are spent. */
async function emptySource(asked: string, stores: readonly PurgeStore[], most: number) {
  let [deleted, operations] = [0, 0];
  for (const store of stores) {
    for (const kind of store.kinds) {
      let cursor: string | null = null;
      do {
        if (operations >= most && operations > 0) return { deleted, operations, done: false };
        const prefix = `${KEY_PREFIXES[0]}${kind}/${asked}`;
        const page: PurgePage = await store.purgePage({ prefix, matches: null, cursor, limit: LISTING });
        deleted += page.deleted;
        operations += page.operations;
        cursor = page.cursor;
      } while (cursor !== null);
    }
  }
  return { deleted, operations, done: true };
}
