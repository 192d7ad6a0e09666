/** Every tier in one table. The look-up, filling, purges, warm pushes and docs/inside/storage.md read its rows. */
import { bucketBinding } from "../coordinate/regions.ts";
import { ownAddress } from "../request/ownAddress.ts";
import { redirectPurgeStore } from "./redirects.ts";
import { TIER_POLICIES } from "./tierPolicies.ts";
import { edgeTier, edgeWorks } from "./tiers/edge.ts";
import { kvPurgeStore, kvTier } from "./tiers/kv.ts";
import { r2PurgeStore, r2Tier } from "./tiers/r2.ts";
import type { OpenTier, PurgeStore, Tier, TierPolicy } from "./tiers/tier.ts";

export type StoreBindings = { readonly THUMBS: KVNamespace; readonly R2_PRIMARY: R2Bucket };

/** Where a request stands, as far as stores are concerned. */
export type Place = {
  readonly bindings: StoreBindings;
  /** Deployed region of this request, such as `weur`. */
  readonly region: string;
  /** A second region beside it (tierPolicies.ts); null or absent = none. */
  readonly beside?: string | null;
  /** Our own origin, such as `https://img.example.org`. */
  readonly origin: string;
  readonly cache: Cache;
  /** Purge epoch of the source's host: unix ms, 0 = never. */
  readonly epoch: number;
  readonly now: () => number;
};

export type TierRow = TierPolicy & {
  /** Null where this deployment or place has none. */
  readonly open: (place: Place) => Tier | null;
  /** What a purge empties. */
  readonly purge: (bindings: object) => readonly PurgeStore[];
};

export const TIERS = {
  edge: {
    ...TIER_POLICIES.edge,
    open: ({ origin, cache, epoch, now }) =>
      edgeWorks(ownAddress(origin).hostname) ? edgeTier(cache, { origin, epoch, now }) : null,
    // The epoch is part of the edge's key: raising it makes every data centre miss.
    purge: () => [],
  },
  kv: {
    ...TIER_POLICIES.kv,
    open: ({ bindings, now, epoch }) => kvTier(bindings.THUMBS, { now, since: epoch }),
    purge: (bindings) => {
      const kv: unknown = Reflect.get(bindings, "THUMBS");
      return isNamespace(kv) ? [kvPurgeStore(kv)] : [];
    },
  },
  region: {
    ...TIER_POLICIES.region,
    open: ({ bindings, region }) => {
      const near = regionBucket(bindings, region);
      return near === null ? null : r2Tier(near.bucket, "region", near.label);
    },
    purge: (bindings) =>
      allBuckets(bindings)
        .filter(({ label }) => label !== PRIMARY)
        .map(({ bucket, label }) => r2PurgeStore(bucket, label)),
  },
  beside: {
    ...TIER_POLICIES.beside,
    open: ({ bindings, beside = null }) => {
      const second = beside === null ? null : regionBucket(bindings, beside);
      return second === null ? null : r2Tier(second.bucket, "beside", second.label);
    },
    // The row before empties every region.
    purge: () => [],
  },
  primary: {
    ...TIER_POLICIES.primary,
    open: ({ bindings }) => r2Tier(bindings.R2_PRIMARY, "primary", PRIMARY),
    purge: (bindings) =>
      allBuckets(bindings)
        .filter(({ label }) => label === PRIMARY)
        .map(({ bucket, label }) => r2PurgeStore(bucket, label)),
  },
} as const satisfies Record<keyof typeof TIER_POLICIES, TierRow>;

export type TierRows = Readonly<Record<string, TierRow>>;

const PRIMARY = "R2_PRIMARY";

/** The tiers of a place in the order of the table, near ones first. `warm`: only those that a warm push sees. */
export function openTiers(place: Place, warm = false, rows: TierRows = TIERS): readonly OpenTier[] {
  return Object.values(rows).flatMap((row) => {
    const tier = warm && !row.seenByWarm ? null : row.open(place);
    return tier === null ? [] : [{ row, tier }];
  });
}

/**
 * What a purge empties, far stores first: a copy in a near tier comes from a far one. Last the index of redirects, which
 * leads to what lies under other addresses.
 */
export function purgeStores(bindings: object, rows: TierRows = TIERS): readonly PurgeStore[] {
  const stores = Object.values(rows)
    .reverse()
    .flatMap((row) => row.purge(bindings));
  const primary = allBuckets(bindings).filter(({ label }) => label === PRIMARY);
  return [...stores, ...primary.map(({ bucket, label }) => redirectPurgeStore(bucket, label, stores))];
}

/** The bucket bound as `R2_<REGION>`, or null: the primary serves a region without a bucket. */
export function regionBucket(bindings: object, region: string): { bucket: R2Bucket; label: string } | null {
  const label = bucketBinding(region);
  const bucket: unknown = Reflect.get(bindings, label);
  return isBucket(bucket) ? { bucket, label } : null;
}

/** Every bucket bound, by name. */
export function allBuckets(bindings: object): readonly { bucket: R2Bucket; label: string }[] {
  return Object.keys(bindings)
    .filter((label) => label.startsWith("R2_"))
    .sort()
    .flatMap((label) => {
      const bucket: unknown = Reflect.get(bindings, label);
      return isBucket(bucket) ? [{ bucket, label }] : [];
    });
}

/** A variable may have a bucket's name; only a binding has its methods. */
function isBucket(value: unknown): value is R2Bucket {
  return typeof value === "object" && value !== null && "createMultipartUpload" in value;
}

function isNamespace(value: unknown): value is KVNamespace {
  return typeof value === "object" && value !== null && "getWithMetadata" in value;
}
