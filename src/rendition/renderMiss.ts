/**
 * THE MISS PATH, in the order of its decisions. getRendition.ts does the first two, the memo of clients over their rate
 * and the look-up. Then: negative cache -> rate -> grant -> derive -> kept original -> fetch -> render -> store -> report.
 */
import { MemoryReservation } from "../concurrency/memoryReservation.ts";
import { STORE_WAIT_MS, withTimeout } from "../concurrency/timeout.ts";
import type { App } from "../context/app.ts";
import { AUDIENCES, type Caller } from "../context/caller.ts";
import type { Rendered } from "../context/isolateState.ts";
import type { Job } from "../context/job.ts";
import type { Decision } from "../coordinate/lease.ts";
import { asFailure, type Failure } from "../errors.ts";
import { isOfOneFile, isShared } from "../keepFailure.ts";
import { limitMisses } from "../policy/rate.ts";
import { putNegative } from "../store/negative.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { derive } from "./derive.ts";
import { heardFailure, keptOriginal, originalsBucket, readHandover, unlessBlocked } from "./handover.ts";
import { mayStore } from "./mayStore.ts";
import type { Miss } from "./miss.ts";
import { renderThumbnail } from "./renderThumbnail.ts";
import { renderWhileFailing } from "./renderWhileFailing.ts";
import { storeAfterAnswer, storeOriginal } from "./storeRendition.ts";
import { CandidateList } from "./variant/candidateList.ts";
import type { FetchedBytes } from "./variant/fetchVariant.ts";
import { walk } from "./variant/walk.ts";
import { refuseLostWatermark } from "./watermarkFile.ts";

/**
 * Renders the picture. Storing goes on after the answer. Throws Failure, which is remembered for its time; while the
 * source fails, a size that can be derived from what is stored is given instead.
 */
export async function renderMiss(miss: Miss, app: App, caller: Caller, job: Job): Promise<Rendered> {
  const { request, store, stale, lease } = miss;
  const memory = new MemoryReservation(app.state.sourceBytes(app.config), job.priority);
  const release = () => memory.release();
  let inUse: Promise<unknown> = Promise.resolve();
  let leave: () => void = () => undefined;
  try {
    const negative = await store.negative();
    if (negative !== null && !mayAskVariant(negative, miss, app)) throw negative;
    refuseLostWatermark(request.transform, app);

    if (caller.audience === "reader") {
      leave = app.state.inFlight.enter(caller.clientKeys()[0] ?? "unknown", app.config.maxMissesInFlight);
    }
    await limitMisses(request, caller, app.bindings, app.state.overRate, app.now());

    const grant = await lease.ask();
    const handedOver = await follow(grant, miss, app);
    if (handedOver !== null) return { stored: handedOver, hit: null };

    // A renewal derives nothing: it is there to ask the source.
    const derived = stale === null ? await derive(miss, app, caller, job).catch(unlessBlocked) : null;
    if (derived !== null) {
      // Who waits for the source's bytes need not wait for us.
      if (HOLDS_SOURCE[grant.do]) job.waitUntil(lease.report({ kind: "unkept" }));
      void storeAfterAnswer(miss, derived, app, caller, job);
      return { stored: derived, hit: "derived" };
    }

    // One who was told to fetch knows that there is no original. To a push, where it would lie is an ocean away.
    const fromKept = HOLDS_SOURCE[grant.do] ? null : await renderKept(miss, app, caller, job, memory);
    if (fromKept !== null) {
      void storeAfterAnswer(miss, fromKept, app, caller, job);
      return { stored: fromKept, hit: null };
    }

    // A push has not waited for the answer to its claim. A refusal that has come by now stops it.
    const refusal = await lease.refused();
    const fromOther = refusal === null ? null : await follow(refusal, miss, app);
    if (fromOther !== null) return { stored: fromOther, hit: null };

    const started = app.now();
    const source = await job.span("fetch source", () => walk(miss, app, caller, job, memory));
    const stored = source.kind === "same" ? source.renewed : await renderInSpan(source, miss, app, caller, job);
    app.state.fetchMs.add(app.now() - started);
    const storing = storeAfterAnswer(miss, stored, app, caller, job);
    const turn = AUDIENCES[caller.audience].regionFirst ? storing : Promise.resolve();
    // The source's bytes are in memory until they are kept.
    inUse = turn.then(() => storeOriginal(source, stored, miss, app, caller));
    job.waitUntil(inUse);
    return { stored, hit: null };
  } catch (error) {
    const failure = asFailure(error);
    // What others have told us is not remembered anew.
    if (!failure.keeping.remembered) {
      job.waitUntil(lease.reportFailure(failure));
      job.waitUntil(putNegative(store.keys.negative, failure, store.negatives, mayStore(store, app)));
    }
    return await renderWhileFailing(failure, miss, app, caller, job, memory);
  } finally {
    leave();
    miss.governors?.giveBack();
    job.waitUntil(withTimeout(inUse, STORE_WAIT_MS).then(release, release));
    job.waitUntil(lease.release());
  }
}

/** Whether the source's bytes are the holder's to fetch, with the grant of this name. */
const HOLDS_SOURCE = {
  ...{ fetch: true, claimed: true },
  ...{ render: false, read: false, fail: false, alone: false },
} as const satisfies Record<Decision["do"], boolean>;

/** What another request has made, where the grant says so; null: it is ours to make. Throws the failure that it heard of. */
async function follow(grant: Decision, miss: Miss, app: App): Promise<Stored | null> {
  if (grant.do === "fail") {
    const heard = heardFailure(grant, app.now());
    if (mayAskVariant(heard, miss, app)) return null;
    throw heard;
  }
  const told = grant.do === "read";
  const mayBeThere = told || ("joined" in grant && grant.joined === true);
  return mayBeThere ? await readHandover(miss.store, app, told) : null;
}

/** Whether the failure is of the original's own file, say its size, and the provider has another one for the request. */
function mayAskVariant({ reason }: Failure, miss: Miss, app: App): boolean {
  return isOfOneFile(reason) && new CandidateList(miss, app).hasChoice;
}

/**
 * From the original that another request has kept. Null when there is none, and when it proves to be cut or damaged: the
 * request that kept it may have looked at a part of it only. Such a one is deleted, and the source is asked.
 */
async function renderKept(
  miss: Miss,
  app: App,
  caller: Caller,
  job: Job,
  memory: MemoryReservation,
): Promise<Stored | null> {
  const original = await keptOriginal(miss.store, miss.request.transform, app, caller, memory).catch(unlessBlocked);
  if (original === null) return null;
  try {
    const stored = await renderInSpan(original, miss, app, caller, job);
    if (!stored.meta.cut) return stored;
  } catch (error) {
    if (!isShared(asFailure(error).reason)) throw error;
  }
  job.waitUntil(originalsBucket(app, caller).delete(miss.store.keys.original));
  return null;
}

function renderInSpan(bytes: FetchedBytes, miss: Miss, app: App, caller: Caller, job: Job): Promise<Stored> {
  return job.span("render", () => renderThumbnail(bytes, miss, app, caller, job));
}
