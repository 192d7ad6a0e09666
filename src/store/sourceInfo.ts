/**
 * The facts of a source's own file, as `/info` gives them: in KV, in the data centre's cache, and within the source's
 * metadata when a render has read the whole file.
 */
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { Facts } from "../image/facts.ts";
import { FORMATS } from "../image/formats/registry.ts";
import type { FinalAddress } from "./schema/finalAddress.ts";
import { edgeUrl } from "./schema/key.ts";
import { jsonOf, recordOf } from "./storedJson.ts";

/** Times are unix milliseconds. */
export type SourceInfo = {
  readonly facts: Facts;
  /** Where the bytes came from, after redirects. */
  readonly final: FinalAddress;
  readonly storedAt: number;
  readonly freshUntil: number;
  /** Validators as the source sent them; null = none sent. */
  readonly etag: string | null;
  readonly lastModified: string | null;
};

/** What is known of the pixels; a render has worked it out. */
export type Look = { readonly colour: string | null; readonly thumbhash: string | null };

/** The part of a KV namespace that is used here. */
type TextStore = {
  get(key: string, options: { type: "text"; cacheTtl: number }): Promise<string | null>;
  put(key: string, text: string, options: { expirationTtl: number }): Promise<void>;
};

export type InfoPlaces = {
  readonly kv: TextStore;
  /** `caches.default`, or null where it keeps nothing. */
  readonly cache: Cache | null;
  readonly origin: string;
  /** Purge epoch of the host, unix ms: what was stored before it does not count. */
  readonly epoch: number;
  readonly now: () => number;
};

const KV_LIMITS = { minTtlSeconds: 60, maxTtlSeconds: 90 * 86_400, cacheTtlSeconds: 60 } as const;
/** The edge keeps what misses something for a shorter time, because a render may soon tell it. */
const EDGE_SECONDS = { complete: 86_400, incomplete: 300 } as const;

/** Null when there is none that can be read, or it is older than the purge. Rejects when KV fails or is slow. */
export async function readInfo(key: string, { kv, epoch }: InfoPlaces): Promise<SourceInfo | null> {
  const text = await withTimeout(kv.get(key, { type: "text", cacheTtl: KV_LIMITS.cacheTtlSeconds }), STORE_WAIT_MS);
  const info = parseInfo(jsonOf(text));
  return info === null || info.storedAt < epoch ? null : info;
}

/** `keepSeconds`: for how long the source may fail until nobody shows it any more. */
export async function writeInfo(key: string, info: SourceInfo, keepSeconds: number, places: InfoPlaces): Promise<void> {
  const left = Math.ceil((info.freshUntil - places.now()) / 1000) + keepSeconds;
  const expirationTtl = Math.min(KV_LIMITS.maxTtlSeconds, Math.max(KV_LIMITS.minTtlSeconds, left));
  await places.kv.put(key, JSON.stringify(info), { expirationTtl });
}

/** The data centre's copy, with what was known of the pixels. Null when there is none; never rejects. */
export async function readInfoAtEdge(key: string, places: InfoPlaces): Promise<(SourceInfo & Look) | null> {
  const { cache, origin, epoch } = places;
  try {
    const answer = await withTimeout(Promise.resolve(cache?.match(edgeUrl(origin, epoch, key))), STORE_WAIT_MS);
    const value = recordOf(jsonOf(answer === undefined ? null : await answer.text()));
    const info = parseInfo(value);
    return info === null ? null : { ...info, ...lookOf(value) };
  } catch {
    return null;
  }
}

export async function writeInfoAtEdge(key: string, info: SourceInfo & Look, places: InfoPlaces): Promise<void> {
  const { cache, origin, epoch, now } = places;
  const most = info.thumbhash === null ? EDGE_SECONDS.incomplete : EDGE_SECONDS.complete;
  const seconds = Math.min(most, Math.floor((info.freshUntil - now()) / 1000));
  if (seconds <= 0) return;
  const headers = { "cache-control": `public, max-age=${seconds}`, "content-type": "application/json" };
  await cache?.put(edgeUrl(origin, epoch, key), new Response(JSON.stringify(info), { headers }));
}

/** From JSON; null when a required field is missing or of another kind. Unknown fields of the facts are kept. */
export function parseInfo(value: unknown): SourceInfo | null {
  const record = recordOf(value);
  const facts = recordOf(record?.facts);
  const final = recordOf(record?.final);
  if (record === null || facts === null || final === null) return null;
  const { storedAt, freshUntil, etag = null, lastModified = null } = record;
  const isKnown = typeof facts.format === "string" && Object.hasOwn(FORMATS, facts.format);
  if (!isKnown || typeof facts.width !== "number" || typeof facts.height !== "number") return null;
  if (typeof storedAt !== "number" || typeof freshUntil !== "number") return null;
  if (typeof final.host16 !== "string" || typeof final.source32 !== "string" || typeof final.url !== "string")
    return null;
  const texts = { etag: textOrNull(etag), lastModified: textOrNull(lastModified) };
  // What an earlier version stored has no title. Else the order of the fields stays, because ETag depends on it.
  const known = facts.title === undefined ? { ...facts, title: null } : facts;
  return { facts: known as Facts, final: final as FinalAddress, storedAt, freshUntil, ...texts };
}

function lookOf(value: Readonly<Record<string, unknown>> | null): Look {
  return { colour: textOrNull(value?.colour), thumbhash: textOrNull(value?.thumbhash) };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
