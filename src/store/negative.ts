/**
 * The negative cache: failures of a source, so that a missing picture on a busy page is not asked for again and again.
 * The isolate and the data centre's edge cache always keep them, KV only when they last for the minute that KV needs.
 */

import { BoundedMap } from "../concurrency/boundedMap.ts";
import { withTimeout } from "../concurrency/timeout.ts";
import { Failure, type FailureFacts, type Reason } from "../errors.ts";
import { isShared, keepSeconds } from "../keepFailure.ts";
import { edgeUrl } from "./schema/key.ts";

/** What is remembered. */
export type Negative = {
  readonly reason: Reason;
  readonly facts: FailureFacts;
  readonly at: number;
  readonly until: number;
};

/** Per isolate. */
export type NegativeMemory = BoundedMap<string, Negative>;
const MEMORY_CAPACITY = 5_000;

export function newNegativeMemory(): NegativeMemory {
  return new BoundedMap(MEMORY_CAPACITY);
}

const KV_MIN_SECONDS = 60;
/** How long each place is waited for, in milliseconds: the source is asked anyhow. */
const WAIT_MS = 500;

export type NegativeStores = {
  /** Kept for the isolate's life. */
  readonly memory: NegativeMemory;
  /** `caches.default`, or null where it keeps nothing. */
  readonly cache: Cache | null;
  readonly kv: KVNamespace;
  /** Our own origin and the host's purge epoch, as for the edge tier. */
  readonly origin: string;
  readonly epoch: number;
  /** Failures from before it do not count, unix ms: the host's last purge, or when it was last marked stale. */
  readonly since?: number;
  readonly now: () => number;
};

/** The failure still remembered under `keys.negative`, or null. A place that fails counts as empty; never throws. */
export async function getNegative(key: string, places: NegativeStores): Promise<Failure | null> {
  const { memory, cache, kv, origin, epoch, now } = places;
  const url = edgeUrl(origin, epoch, key);
  const sources = [
    async () => memory.get(key),
    async () => parse(await (await cache?.match(url))?.text()),
    async () => parse(await kv.get(key, { type: "text", cacheTtl: KV_MIN_SECONDS })),
  ];
  for (const source of sources) {
    const negative = await withTimeout(source(), WAIT_MS).catch(() => null);
    if (negative && holds(negative, places)) {
      memory.set(key, negative);
      return told(negative, now());
    }
  }
  return null;
}

/** The same from the isolate's memory alone, which costs nothing. */
export function recallNegative(
  key: string,
  places: Pick<NegativeStores, "memory" | "epoch" | "since" | "now">,
): Failure | null {
  const negative = places.memory.get(key);
  return negative !== undefined && holds(negative, places) ? told(negative, places.now()) : null;
}

function holds(
  { at, until }: Negative,
  { epoch, since = epoch, now }: Pick<NegativeStores, "epoch" | "since" | "now">,
) {
  return until > now() && at >= since;
}

/** As of `now`: what the source asked us to wait is partly over. */
function told({ reason, facts, at, until }: Negative, now: number): Failure {
  const { retryAfter } = facts;
  const left = typeof retryAfter === "number" ? Math.ceil(retryAfter - (now - at) / 1000) : null;
  const present = left === null ? facts : { ...facts, retryAfter: Math.max(1, left) };
  return new Failure(reason, present, undefined, { remembered: true, until });
}

/**
 * Remembers a failure if it is the source's own, as long as its table entry and `keeping` say. Only its reason and public facts
 * are kept, and nothing outside this isolate once `mayStore` says that the picture was taken down. Gives the places
 * written; never throws.
 */
export async function putNegative(
  key: string,
  failure: Failure,
  places: NegativeStores,
  mayStore: () => boolean | Promise<boolean>,
): Promise<readonly ("memory" | "edge" | "kv")[]> {
  const { memory, cache, kv, origin, epoch, now } = places;
  const seconds = Math.min(keepSeconds(failure), Math.floor((failure.keeping.until - now()) / 1000));
  if (seconds <= 0 || !isShared(failure.reason)) return [];
  const negative = { reason: failure.reason, facts: failure.facts, at: now(), until: now() + seconds * 1000 };
  const text = JSON.stringify(negative);
  memory.set(key, negative);
  if (!(await Promise.resolve(mayStore()).catch(() => false))) return ["memory"];
  const headers = { "cache-control": `public, max-age=${seconds}`, "content-type": "application/json" };
  const edge = cache?.put(edgeUrl(origin, epoch, key), new Response(text, { headers }));
  const far = seconds >= KV_MIN_SECONDS ? kv.put(key, text, { expirationTtl: seconds }) : undefined;
  const [inEdge, inKv] = await Promise.allSettled([edge, far]);
  return [
    "memory",
    ...(edge && inEdge.status === "fulfilled" ? (["edge"] as const) : []),
    ...(far && inKv.status === "fulfilled" ? (["kv"] as const) : []),
  ];
}

/** Only reasons this Worker knows: a newer one's are as good as not remembered. */
function parse(text: string | null | undefined): Negative | null {
  if (!text) return null;
  const value = JSON.parse(text) as Partial<Negative> | null;
  if (typeof value?.reason !== "string" || !isShared(value.reason) || typeof value.until !== "number") return null;
  return { reason: value.reason, facts: value.facts ?? {}, at: value.at ?? 0, until: value.until };
}
