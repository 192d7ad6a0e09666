/** What a reader gets while the source fails: the size asked for, made from what is stored. */
import type { MemoryReservation } from "../concurrency/memoryReservation.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Rendered } from "../context/isolateState.ts";
import type { Job } from "../context/job.ts";
import type { Failure, Reason } from "../errors.ts";
import { isShared } from "../keepFailure.ts";
import { freshnessOf, shownStale } from "../store/freshness.ts";
import { derive } from "./derive.ts";
import { keptOriginal, unlessBlocked } from "./handover.ts";
import type { Miss } from "./miss.ts";
import { renderThumbnail } from "./renderThumbnail.ts";

/** The source may be well, and is not asked. */
const LEFT_ALONE: readonly Reason[] = ["source_breaker_open", "source_saturated"];

/**
 * Derives the size from a larger stored one, or renders it from the original kept for a day; from stale ones too where
 * the source is at fault. Throws `failure` when nothing is stored, and for a renewal, whose caller has the old picture.
 * Throws Failure `blocked` when what is stored came from an address that was taken down.
 */
export async function renderWhileFailing(
  failure: Failure,
  miss: Miss,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<Rendered> {
  if (miss.stale !== null) throw failure;
  const isTheirs = LEFT_ALONE.includes(failure.reason) || isShared(failure.reason);
  const derived = await derive(miss, app, caller, job, isTheirs).catch(unlessBlocked);
  const fromOriginal = async () => {
    const original = await keptOriginal(miss.store, miss.request.transform, app, caller, memory, true);
    return original === null ? null : renderThumbnail(original, miss, app, caller, job);
  };
  const stored = derived ?? (isTheirs ? await fromOriginal().catch(unlessBlocked) : null);
  if (stored === null) throw failure;
  job.trace.failure = failure.reason;
  const now = app.now();
  const isFresh = stored.meta.freshUntil > now && freshnessOf(stored.meta, now, miss.store.windows) === "fresh";
  return isFresh ? { stored, hit: "derived" } : { stored: shownStale(stored, now), hit: "stale-if-error" };
}
