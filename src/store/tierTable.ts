/**
 * The bindings as tiers, for one request: they are plain objects over bindings, cheap to make, and carry the request's
 * purge epoch.
 *
 *   openTiers({ env, region, origin, cache, epoch, now }) -> Tiers      regionBucket(env, "weur") -> { bucket, label }
 */
import { bucketBinding } from "../coordinate/regions.ts";
import { ownAddress } from "../request/ownAddress.ts";
import type { Tiers } from "./lookUp.ts";
import { type EdgeTier, edgeTier, edgeWorks } from "./tiers/edge.ts";
import { kvTier } from "./tiers/kv.ts";
import { r2Tier } from "./tiers/r2.ts";

export type StoreBindings = { readonly THUMBS: KVNamespace; readonly R2_PRIMARY: R2Bucket };

export type Place = {
  readonly env: StoreBindings;
  /** Deployed region of this request, e.g. `weur`. */
  readonly region: string;
  /** Our own origin, e.g. `https://img.example.org`. */
  readonly origin: string;
  readonly cache: Cache;
  /** Purge epoch of the source's host: unix ms, 0 = never. */
  readonly epoch: number;
  readonly now: () => number;
};

/** The edge alone; null on a host where the Cache API keeps nothing. */
export function openEdge({ origin, cache, epoch, now }: Omit<Place, "env" | "region">): EdgeTier | null {
  return edgeWorks(ownAddress(origin).hostname) ? edgeTier(cache, { origin, epoch, now }) : null;
}

/** The four tiers. The region is null when it has no bucket. */
export function openTiers(place: Place): Tiers {
  const { env, region, epoch, now } = place;
  const near = regionBucket(env, region);
  return {
    edge: openEdge(place),
    kv: kvTier(env.THUMBS, { now, since: epoch }),
    region: near === null ? null : r2Tier(near.bucket, "region", near.label),
    primary: r2Tier(env.R2_PRIMARY, "primary", "R2_PRIMARY"),
  };
}

/** The bucket bound as `R2_<REGION>`, or null: a region without a bucket is served by the primary. */
export function regionBucket(env: object, region: string): { bucket: R2Bucket; label: string } | null {
  const label = bucketBinding(region);
  const bucket: unknown = Reflect.get(env, label);
  return isBucket(bucket) ? { bucket, label } : null;
}

/** Every bucket bound, the primary first: what a purge goes through. */
export function allBuckets(env: object): { bucket: R2Bucket; label: string }[] {
  return Object.keys(env)
    .filter((label) => label.startsWith("R2_"))
    .sort((a, b) => Number(b === "R2_PRIMARY") - Number(a === "R2_PRIMARY") || (a < b ? -1 : 1))
    .flatMap((label) => {
      const bucket: unknown = Reflect.get(env, label);
      return isBucket(bucket) ? [{ bucket, label }] : [];
    });
}

/** A variable may have a bucket's name; only a binding has its methods. */
function isBucket(value: unknown): value is R2Bucket {
  return typeof value === "object" && value !== null && "createMultipartUpload" in value;
}
