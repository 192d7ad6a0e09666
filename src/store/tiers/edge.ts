/**
 * The data centre's own Cache API as a tier: no hop. It holds bare bytes and the metadata. The headers of an answer are
 * built each time, so that freshness, file name and Vary are the request's own.
 */
import { BoundedMap } from "../../concurrency/boundedMap.ts";
import { edgeUrl } from "../schema/key.ts";
import { checked } from "../schema/magic.ts";
import { decodeMeta, encodeMeta } from "../schema/meta.ts";
import type { Stored, StoredMeta, Tier } from "./tier.ts";

const META_HEADER = "x-firstlight-meta";
const MAX_METADATA_BYTES = 8192;

/** The Cache API takes up to 512 MB on most plans. We keep no more than R2 takes (tiers/r2.ts). */
export const EDGE_MAX_BYTES = 16 * 1024 * 1024;

/** A day: long enough for a hot picture, short enough that a forgotten one leaves. */
const MAX_AGE_SECONDS = 86_400;

export type EdgeTierOptions = {
  /** Our own origin, such as `https://img.example.org`: only there does the Cache API keep anything. */
  readonly origin: string;
  /** Purge epoch of the source's host, unix ms. */
  readonly epoch: number;
  readonly now: () => number;
  readonly maxBytes?: number;
};

/**
 * Whether this host has a Cache API that keeps things. On workers.dev and in previews `put` does nothing (Cloudflare
 * documentation, Workers Cache API), so such a deployment says `edge=off` instead of missing for ever.
 */
export function edgeWorks(hostname: string): boolean {
  return hostname !== "workers.dev" && !hostname.endsWith(".workers.dev");
}

/** A picture at the edge, on its way out. Its bytes need not pass through this isolate. */
export type EdgeHit = {
  readonly meta: StoredMeta;
  readonly byteLength: number;
  /** To be read once, or cancelled. */
  readonly body: Uint8Array | ReadableStream;
};

/** The edge can also hand on what it has without reading it, which is the way of nearly every answer. */
export type EdgeTier = Tier & { open(key: string): Promise<EdgeHit | null> };

/** `cache` is `caches.default`. */
export function edgeTier(cache: Cache, { origin, epoch, now, maxBytes = EDGE_MAX_BYTES }: EdgeTierOptions): EdgeTier {
  const url = (key: string) => edgeUrl(origin, epoch, key);
  return {
    name: "edge",
    label: "edge",
    async open(key) {
      const response = await cache.match(url(key));
      if (response === undefined) return null;
      const text = response.headers.get(META_HEADER) ?? "";
      const seen = SEEN.get(text);
      if (seen !== undefined && response.body !== null) return { ...seen, body: response.body };
      const stored = await read(response, text);
      return stored === null ? null : { meta: stored.meta, byteLength: stored.bytes.byteLength, body: stored.bytes };
    },
    async get(key) {
      const response = await cache.match(url(key));
      return response === undefined ? null : read(response, response.headers.get(META_HEADER) ?? "");
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

/** As long as it is fresh, at most a day. A stale picture is looked up further in, where a newer one may lie. */
function edgeSeconds(freshUntil: number, now: number): number {
  return Math.min(MAX_AGE_SECONDS, Math.floor((freshUntil - now) / 1000));
}

/**
 * Pictures that this isolate has read and found to be what their metadata says, by the metadata's text, which names them
 * by hash. They are passed through unread from then on, so a hot picture is checked once per isolate.
 */
const SEEN = new BoundedMap<string, Omit<EdgeHit, "body">>(2_000);

async function read(response: Response, text: string): Promise<Stored | null> {
  const meta = SEEN.get(text)?.meta ?? decodeMeta(parse(text));
  const stored = checked(new Uint8Array(await response.arrayBuffer()), meta);
  if (stored !== null) SEEN.set(text, { meta: stored.meta, byteLength: stored.bytes.byteLength });
  return stored;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
