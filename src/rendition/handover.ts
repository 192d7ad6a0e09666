/** What another request has left for this one: a finished rendition, or the source's bytes. */
import type { MemoryReservation } from "../concurrency/memoryReservation.ts";
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Grant } from "../coordinate/coordinatorState.ts";
import { asFailure, Failure } from "../errors.ts";
import { needsFrames } from "../origin/providers/needed.ts";
import type { Transform } from "../request/transform.ts";
import { freshnessOf, isOutdated, markedAt } from "../store/freshness.ts";
import { getOriginal } from "../store/original.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { originalSize } from "../store/sourceFacts.ts";
import { ORIGINAL } from "../store/sourceMeta.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { regionBucket } from "../store/tierTable.ts";
import { refusalOf } from "./authorize.ts";
import type { FetchedBytes } from "./variant/fetchVariant.ts";
import { fitBytes, NOTHING_PROMISED } from "./variant/fitBytes.ts";

/** A push tells of a picture when it leaves for the region. We look again after so many milliseconds each. */
const LOOK_AGAIN_MS = [25, 75] as const;

/**
 * The rendition that another request has made; null when it is not there in time, or not fresh. `told`: the coordinator
 * says that it is there, or about to be.
 */
export async function readHandover(
  store: RenditionStore,
  { now }: Pick<App, "now">,
  told: boolean,
): Promise<Stored | null> {
  const read = async () => (await store.handover?.get(store.key)) ?? null;
  const look = () => withTimeout(read(), STORE_WAIT_MS).catch(() => null);
  let stored = await look();
  for (const ms of told ? LOOK_AGAIN_MS : []) {
    if (stored !== null) break;
    await new Promise((wake) => setTimeout(wake, ms));
    stored = await look();
  }
  if (stored === null || store.access(stored.meta) !== "allowed") return null;
  return freshnessOf(stored.meta, now(), store.windows) === "fresh" ? stored : null;
}

/**
 * The kept bytes of the source, where `wanted` can be made from them: the original, or a provider's rendition with enough
 * pixels. With `ifError` also past their freshness, and of an older generation. Null when there are none. Throws Failure
 * `blocked` when they came from an address that was taken down, and what the bucket throws.
 */
export async function keptOriginal(
  store: RenditionStore,
  wanted: Transform,
  app: Pick<App, "bindings" | "now">,
  caller: Pick<Caller, "region">,
  memory: MemoryReservation,
  ifError = false,
): Promise<FetchedBytes | null> {
  const original = await getOriginal(originalsBucket(app, caller), store.keys.original, app.now(), {
    ifError,
    mayUse: (from) => {
      const access = store.access(from);
      if (access === "blocked") throw refusalOf(access);
      const since = ifError ? store.epoch : Math.max(store.epoch, markedAt(from, store.windows));
      // What is made from an older generation would be outdated at once.
      const isOld = !ifError && store.known !== null && isOutdated(from, store.known);
      return access === "allowed" && from.storedAt >= since && !isOld;
    },
    reserve: (bytes) => memory.reserve(bytes),
  });
  if (original === null) return null;
  const kept: FetchedBytes = { kind: "bytes", ...original, truncated: false, validators: null };
  if (original.variant === ORIGINAL) return kept;
  if (needsFrames(original.source, wanted)) return null;
  const known = await withTimeout(store.sourceMeta(), STORE_WAIT_MS).catch(() => null);
  const size = known?.generation === original.generation ? originalSize(known) : null;
  const fitting = await fitBytes(original.bytes, NOTHING_PROMISED, wanted, size);
  return fitting.kind === "fits" ? { ...kept, fitted: fitting } : null;
}

/** Originals are kept in the region, or in the primary where the region has no bucket. */
export function originalsBucket({ bindings }: Pick<App, "bindings">, { region }: Pick<Caller, "region">): R2Bucket {
  return regionBucket(bindings, region)?.bucket ?? bindings.R2_PRIMARY;
}

/** The failure that another request met a moment ago. It is not our own experience, so nobody keeps it for long. */
export function heardFailure({ reason, facts }: Extract<Grant, { do: "fail" }>, now: number): Failure {
  return new Failure(reason, facts, undefined, { remembered: true, until: now + HEARD_MS });
}

const HEARD_MS = 5_000;

/** For what another try may make up for: null for every error, except a takedown, which is thrown on. */
export function unlessBlocked(error: unknown): null {
  if (asFailure(error).reason === "blocked") throw error;
  return null;
}
