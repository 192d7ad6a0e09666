/** Asks the source: for its bytes with what the answer said of them, or for its word that a copy still holds (304). */
import type { MemoryReservation } from "../concurrency/memoryReservation.ts";
import { withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { asFailure, Failure } from "../errors.ts";
import { fetchSource } from "../origin/fetch.ts";
import { kvHostStore } from "../origin/hostStore.ts";
import { addressesBehind, isBlocked } from "../policy/storedAccess.ts";
import { freshUntil, renewedUntil } from "../store/freshness.ts";
import type { Original } from "../store/original.ts";
import { finalAddressOf } from "../store/schema/finalAddress.ts";
import { sourceHash } from "../store/schema/key.ts";
import { generationOf, ORIGINAL, type VariantMeta } from "../store/sourceMeta.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { addStage } from "../telemetry.ts";
import type { Miss } from "./miss.ts";
import { MissGovernors } from "./missGovernors.ts";
import { REDIRECT_AFTER_MS, redirectTarget } from "./saturation.ts";

export type FetchedBytes = Original & {
  readonly kind: "bytes";
  /** The source stopped early. */
  readonly truncated: boolean;
  /** Validators as sent; null when the bytes come from our own store. */
  readonly validators: Pick<VariantMeta, "etag" | "lastModified"> | null;
};

export type Fetched = FetchedBytes | { readonly kind: "same"; readonly renewed: Stored };

/** How long a source that stopped early counts as fresh: it may soon send all of it. */
const TRUNCATED_FRESH_MS = 60_000;

/** How long the request waits for the validators of a conditional request, in milliseconds. */
const VALIDATORS_WAIT_MS = 500;

/** Asks with the validators of `stale` where they are known. Throws Failure. */
export async function fetchOriginal(
  { request, store, stale }: Pick<Miss, "request" | "store" | "stale">,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<Fetched> {
  const { config, now, state } = app;
  const { trace, waitUntil, priority } = job;
  const conditional = stale === null ? null : await validatorsOf(stale, { request, store });
  const bytes = store.known?.variants[ORIGINAL]?.bytes ?? null;
  const canRedirect = caller.audience === "reader" && redirectTarget(request, config, caller.ownHost) !== null;
  const patienceMs = canRedirect ? REDIRECT_AFTER_MS : config.queueMs;
  const governors = new MissGovernors({ host: store.sourceHost, bytes }, app, caller, job, patienceMs);
  const started = now();
  try {
    const fetched = await fetchSource(
      request.source,
      { authority: request.authority, ownHost: caller.ownHost, ...(conditional === null ? {} : { conditional }) },
      {
        config: { ...config, contactUrl: config.contactUrl || caller.origin },
        fetch: app.fetch,
        now,
        httpsMemory: state.https,
        hostGuard: state.hosts,
        hostStore: kvHostStore(app.bindings.THUMBS),
        later: waitUntil,
        governors,
        memory,
        priority,
      },
    );
    trace.sourceStatus = fetched.status;
    trace.bytesIn += fetched.bytesIn;
    const final = await finalAddressOf(fetched.finalUrl, fetched.via);
    // A redirect must not bring back what was taken down where it leads, or on the way there.
    if (addressesBehind(final, store.keys).some((one) => isBlocked(one, config))) throw new Failure("blocked");
    const at = now();
    if (fetched.notModified) {
      if (stale === null) throw new Error("304 without a conditional request");
      const until = renewedUntil(fetched.headers, stale.meta, at, config);
      return { kind: "same", renewed: { ...stale, meta: { ...stale.meta, final, storedAt: at, freshUntil: until } } };
    }
    const until = freshUntil(fetched.headers, at, config);
    const { bytes, truncated, headers } = fetched;
    memory.settle(bytes.length);
    const hash = await sourceHash(bytes);
    // Half a picture is better than none, but not than the whole one in hand.
    if (truncated && stale !== null && stale.meta.sourceHash !== hash) {
      throw new Failure("source_broken", {}, "cut; kept the old one");
    }
    return {
      kind: "bytes",
      bytes,
      source: request.source,
      final,
      variant: ORIGINAL,
      sourceHash: hash,
      generation: generationOf(await store.sourceMeta(), ORIGINAL, hash),
      storedAt: at,
      freshUntil: truncated ? at + TRUNCATED_FRESH_MS : until,
      truncated,
      validators: { etag: headers.etag, lastModified: headers.lastModified },
    };
  } catch (error) {
    const status = Number(asFailure(error).facts.value);
    if (Number.isInteger(status)) trace.sourceStatus = status;
    throw error;
  } finally {
    addStage(trace, "origin", now() - started - governors.waitedMs);
  }
}

/** Those of the very bytes that the copy was made from, and their address; null when they are not known in time. */
async function validatorsOf({ meta }: Stored, { request, store }: Pick<Miss, "request" | "store">) {
  const { final, variant, sourceHash } = meta;
  // The text of either may have been cut.
  const of = final.source32 === store.keys.source32 ? request.source : final.complete ? final.url : null;
  if (of === null) return null;
  const known = await withTimeout(store.sourceMeta(), VALIDATORS_WAIT_MS).catch(() => null);
  const recorded = known?.variants[variant];
  return recorded?.hash === sourceHash ? { ...recorded, of } : null;
}
