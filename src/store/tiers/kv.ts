/**
 * KV as a tier: hot small pictures near every reader. It is filled after an R2 hit. It is never the index of what exists
 * and never asked whether a pushed picture has come, because its writes take up to a minute to be seen and misses are
 * cached too.
 */
import { checked } from "../schema/magic.ts";
import { decodeMeta, encodeMeta } from "../schema/meta.ts";
import type { MetaRecord, PurgeStore, Tier } from "./tier.ts";

/** Only a small picture is worth a copy in every data centre. */
export const KV_MAX_BYTES = 128 * 1024;

const LIMITS = {
  metadataBytes: 1024,
  minTtlSeconds: 60,
  /** A stale copy is of use only while R2 fails; R2 keeps the rest. */
  staleSeconds: 86_400,
  maxTtlSeconds: 30 * 86_400,
  /** How long a data centre may answer from its own copy. A purge does not wait for it (see `since`). */
  cacheTtlSeconds: 300,
  /** KV deletes one key in one operation, so a page is short. */
  purgePage: 200,
  purgeAtOnce: 20,
} as const;

export type KvTierOptions = {
  /** Unix ms, for the expiry of what is written and the time it is marked with. */
  readonly now: () => number;
  /** Purge epoch of the host (unix ms, 0 = never): copies made before it are misses wherever they still lie. */
  readonly since: number;
};

/** KV namespace `THUMBS` as a tier. */
export function kvTier(kv: KVNamespace, { now, since }: KvTierOptions): Tier {
  return {
    name: "kv",
    label: "THUMBS",
    // The body is small and comes with the answer: a read that is overtaken has nothing to cancel.
    async get(key) {
      const { value, metadata } = await kv.getWithMetadata<Record<string, string>>(key, {
        type: "arrayBuffer",
        cacheTtl: LIMITS.cacheTtlSeconds,
      });
      if (value === null || metadata === null || !(Number(metadata.copied) >= since)) return null;
      return checked(new Uint8Array(value), decodeMeta(metadata));
    },
    async put(key, { bytes, meta }) {
      if (bytes.byteLength > KV_MAX_BYTES) return "refused";
      const copied = String(now());
      const room = LIMITS.metadataBytes - JSON.stringify({ copied }).length;
      await kv.put(key, bytes as Uint8Array<ArrayBuffer>, {
        metadata: { ...encodeMeta(meta, room), copied },
        expirationTtl: ttlSeconds(meta.freshUntil, now()),
      });
      return "stored";
    },
    async delete(key) {
      await kv.delete(key);
    },
  };
}

/** Renditions, source metadata, facts and negatives of a KV namespace, for a purge. */
export function kvPurgeStore(kv: KVNamespace): PurgeStore {
  return {
    label: "THUMBS",
    kinds: ["t", "f", "n", "i"],
    async purgePage({ prefix, matches, cursor, limit }) {
      const page = await kv.list<MetaRecord>({ prefix, limit: limit ?? LIMITS.purgePage, cursor });
      const keys = page.keys
        .filter(({ metadata }) => matches === null || matches(metadata ?? undefined))
        .map(({ name }) => name);
      for (let i = 0; i < keys.length; i += LIMITS.purgeAtOnce) {
        await Promise.all(keys.slice(i, i + LIMITS.purgeAtOnce).map((key) => kv.delete(key)));
      }
      return { deleted: keys.length, operations: 1 + keys.length, cursor: page.list_complete ? null : page.cursor };
    },
  };
}

/** Seconds a copy is kept: while it is fresh and a day more, within what KV takes. */
function ttlSeconds(freshUntil: number, now: number): number {
  const left = Math.ceil((freshUntil - now) / 1000) + LIMITS.staleSeconds;
  return Math.min(LIMITS.maxTtlSeconds, Math.max(LIMITS.minTtlSeconds, left));
}
