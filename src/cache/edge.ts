/**
 * The data centre's own Cache API as a tier: no hop. It holds bare bytes and the metadata; the headers of an answer
 * are built each time, so that freshness, file name and Vary are the request's own.
 */
import { edgeUrl } from "./key.ts";
import { checked } from "./magic.ts";
import { decodeMeta, encodeMeta } from "./meta.ts";
import type { StoredMeta, Tier } from "./tier.ts";

const META_HEADER = "x-firstlight-meta";
const MAX_METADATA_BYTES = 8192;
/** The Cache API takes up to 512 MB on most plans; what R2 would refuse we do not keep here either. */
export const EDGE_MAX_BYTES = 16 * 1024 * 1024;
/** A day: long enough for a hot picture, short enough that a forgotten one leaves. */
const MAX_AGE_SECONDS = 86_400;

export type EdgeTierOptions = {
  /** Our own origin, e.g. `https://img.example.org`: only there does the Cache API keep anything. */
  readonly origin: string;
  /** Purge epoch of the source's host, unix ms. */
  readonly epoch: number;
  readonly now: () => number;
  readonly maxBytes?: number;
};

/**
 * Whether this host has a Cache API that keeps things: on workers.dev and in previews `put` does nothing (Cloudflare
 * documentation, Workers Cache API), so such a deployment says `edge=off` instead of missing for ever.
 */
export function edgeWorks(hostname: string): boolean {
  return hostname !== "workers.dev" && !hostname.endsWith(".workers.dev");
}

/** `cache` is `caches.default`. */
export function edgeTier(cache: Cache, { origin, epoch, now, maxBytes = EDGE_MAX_BYTES }: EdgeTierOptions): Tier {
  const url = (key: string) => edgeUrl(origin, epoch, key);
  return {
    name: "edge",
    label: "edge",
    async get(key) {
      const response = await cache.match(url(key));
      if (response === undefined) return null;
      const meta = metaOf(response.headers.get(META_HEADER));
      const bytes = new Uint8Array(await response.arrayBuffer());
      return checked(bytes, meta);
    },
    async put(key, { bytes, meta }) {
      const seconds = edgeSeconds(meta.freshUntil, now());
      if (bytes.byteLength > maxBytes || seconds <= 0) return "refused";
      const headers = {
        "cache-control": `public, max-age=${seconds}`,
        "content-type": "application/octet-stream",
        [META_HEADER]: JSON.stringify(encodeMeta(meta, MAX_METADATA_BYTES)),
      };
      await cache.put(url(key), new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
      return "stored";
    },
    async delete(key) {
      await cache.delete(url(key));
    },
  };
}

/** As long as it is fresh, a day at most: a stale picture is looked up further in, where a newer one may lie. */
function edgeSeconds(freshUntil: number, now: number): number {
  return Math.min(MAX_AGE_SECONDS, Math.floor((freshUntil - now) / 1000));
}

/** Metadata read before, by its text: a hot picture's is read once per isolate. Bounded, the oldest goes. */
const READ = new Map<string, StoredMeta>();
const READ_CAPACITY = 2_000;

function metaOf(text: string | null): StoredMeta | null {
  if (text === null) return null;
  const known = READ.get(text);
  if (known !== undefined) return known;
  const meta = decodeMeta(parse(text));
  if (meta === null) return null;
  READ.set(text, meta);
  for (const oldest of READ.keys()) {
    if (READ.size <= READ_CAPACITY) break;
    READ.delete(oldest);
  }
  return meta;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
