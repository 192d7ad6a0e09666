/** Asks one address of a source: for its bytes with what the answer said of them, or for its word that a copy still holds (304). */
import type { MemoryReservation } from "../../concurrency/memoryReservation.ts";
import { withTimeout } from "../../concurrency/timeout.ts";
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import type { Job } from "../../context/job.ts";
import { asFailure, Failure } from "../../errors.ts";
import type { Deadline } from "../../origin/deadline.ts";
import { fetchSource, type SourceDeps, type SourceOrder } from "../../origin/fetch.ts";
import type { Candidate } from "../../origin/providers/candidate.ts";
import { isPlaceholder } from "../../origin/providers/placeholders.ts";
import { addressesBehind, isBlocked } from "../../policy/storedAccess.ts";
import { freshUntil, renewedUntil } from "../../store/freshness.ts";
import type { Original } from "../../store/original.ts";
import { finalAddressOf, MAX_VIA } from "../../store/schema/finalAddress.ts";
import { sourceHash } from "../../store/schema/key.ts";
import { type Described, generationOf, type VariantMeta } from "../../store/sourceMeta.ts";
import type { Stored } from "../../store/tiers/tier.ts";
import { addStage } from "../../telemetry.ts";
import type { Miss } from "../miss.ts";
import type { MissGovernors } from "../missGovernors.ts";
import { sourceDeps } from "../sourceDeps.ts";
import type { Fitted } from "./fitBytes.ts";

export type FetchedBytes = Original & {
  readonly kind: "bytes";
  /** The source stopped early. */
  readonly truncated: boolean;
  /** Validators as sent; null when the bytes come from our own store. */
  readonly validators: Pick<VariantMeta, "etag" | "lastModified"> | null;
  /** Of a provider's rendition: what the engine makes from it. Absent: the original, from which it makes what was asked. */
  readonly fitted?: Fitted;
  /** What the image server said of the picture, if it was asked just now. */
  readonly described?: Described;
};

export type Fetched = FetchedBytes | { readonly kind: "same"; readonly renewed: Stored };

/** How long a source that stopped early counts as fresh: it may soon send all of it. */
const TRUNCATED_FRESH_MS = 60_000;

/** How long the request waits for the validators of a conditional request, in milliseconds. */
const VALIDATORS_WAIT_MS = 500;

/** What one request asks all addresses of a source with. */
export type Exchange = {
  readonly order: SourceOrder;
  readonly deps: SourceDeps;
  readonly governors: MissGovernors;
};

/** The source's time is one limit for all of its addresses: `deadline`. Validators are those of `miss.stale`, where known. */
export async function openExchange(
  { request, store, stale }: Pick<Miss, "request" | "store" | "stale">,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
  governors: MissGovernors,
  deadline: Deadline,
): Promise<Exchange> {
  const conditional = stale === null ? null : await validatorsOf(stale, { request, store });
  return {
    order: {
      authority: request.authority,
      ownHost: caller.ownHost,
      ...(conditional === null ? {} : { conditional }),
    },
    deps: { ...sourceDeps(app, caller, job, memory, governors), deadline },
    governors,
  };
}

/**
 * Asks the candidate's address. Its bytes count as come through a redirect, so that a takedown or a purge of that address
 * reaches what is made from them. Throws Failure.
 */
export async function fetchVariant(
  { url, variant }: Pick<Candidate, "url" | "variant">,
  { order, deps, governors }: Exchange,
  { request, store, stale }: Pick<Miss, "request" | "store" | "stale">,
  app: App,
  job: Job,
  memory: MemoryReservation,
): Promise<Fetched> {
  const { config, now } = app;
  const { trace } = job;
  governors.expect(new URL(url).host, store.known?.variants[variant]?.bytes ?? null);
  const [started, waitedBefore] = [now(), governors.waitedMs];
  try {
    const isAsked = url === request.source;
    // Stored metadata has room for so many addresses on the way, and here this one is the first of them.
    const maxRedirects = isAsked ? config.maxRedirects : Math.min(config.maxRedirects, MAX_VIA);
    const fetched = await fetchSource(url, order, { ...deps, config: { ...deps.config, maxRedirects } });
    trace.sourceStatus = fetched.status;
    trace.bytesIn += fetched.bytesIn;
    const first = isAsked || fetched.finalUrl === url ? [] : [url];
    const final = await finalAddressOf(fetched.finalUrl, [...first, ...fetched.via]);
    // A redirect must not bring back what was taken down where it leads, or on the way there.
    if (addressesBehind(final, store.keys).some((one) => isBlocked(one, config))) throw new Failure("blocked");
    const known = await store.sourceMeta();
    const at = now();
    if (fetched.notModified) {
      if (stale === null) throw new Error("304 without a conditional request");
      const until = renewedUntil(fetched.headers, stale.meta, at, config);
      const generation = generationOf(known, stale.meta.variant, stale.meta.sourceHash);
      const meta = { ...stale.meta, final, generation, storedAt: at, freshUntil: until };
      return { kind: "same", renewed: { ...stale, meta } };
    }
    const until = freshUntil(fetched.headers, at, config);
    const { bytes, truncated, headers } = fetched;
    memory.settle(bytes.length);
    const hash = await sourceHash(bytes);
    if (isPlaceholder({ url: fetched.finalUrl, bytes: bytes.length, hash })) throw new Failure("source_placeholder");
    // Half a picture is better than none, but not than the whole one in hand.
    if (truncated && stale !== null && stale.meta.sourceHash !== hash) {
      throw new Failure("source_broken", {}, "cut; kept the old one");
    }
    return {
      kind: "bytes",
      bytes,
      source: request.source,
      final,
      variant,
      sourceHash: hash,
      generation: generationOf(known, variant, hash),
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
    addStage(trace, "origin", now() - started - (governors.waitedMs - waitedBefore));
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
