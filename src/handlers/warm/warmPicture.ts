/** One picture of a push: rendered or copied, and stored in the region. It has a log line and a point of its own. */
import type { App } from "../../context/app.ts";
import type { Caller } from "../../context/caller.ts";
import { type Job, newJob } from "../../context/job.ts";
import { ANSWERS, asFailure, type Failure } from "../../errors.ts";
import { record } from "../../record.ts";
import { authorize } from "../../rendition/authorize.ts";
import { mayGetAvif } from "../../rendition/avifJob.ts";
import { secureFirst } from "../../rendition/secureFirst.ts";
import { copyToRegion, renderForRegion } from "../../rendition/warmRegion.ts";
import { asAvif } from "../../request/canonical.ts";
import type { ImageRequest } from "../../request/imageRequest.ts";
import { lookUp } from "../../store/lookUp.ts";
import type { RenditionStore } from "../../store/renditionStore.ts";
import { addStage, noteFailure, type Trace } from "../../telemetry.ts";
import { outcomeOfFailure, type WarmResult } from "./outcome.ts";

export type WarmOrder = {
  readonly request: ImageRequest;
  /** What the line of this picture says so far. */
  readonly trace: Trace;
};

/** The picture was made, and the region's store has not taken it. */
const NOT_STORED_STATUS = 503;

/** How often a picture is asked for anew when another request's work did not bring it to the region. */
const TRIES = 2;

/** Warms the picture unless `expires` (unix ms) has passed, and writes its line. Never rejects. */
export async function warmPicture(order: WarmOrder, app: App, caller: Caller, job: Job, expires: number) {
  const { trace } = order;
  const started = app.now();
  const result = await job.span("warm picture", () => attempt(order, app, caller, job, expires));
  addStage(trace, "total", app.now() - started);
  recordPicture(trace, result, app);
  return result;
}

/** Writes the line of a picture that was refused before any work. */
export function recordRefused(trace: Trace, failure: Failure, app: App): void {
  noteFailure(trace, failure, app.now());
  recordPicture(trace, { outcome: "refused" }, app);
}

async function attempt(
  { request, trace }: WarmOrder,
  app: App,
  caller: Caller,
  job: Job,
  expires: number,
): Promise<WarmResult> {
  if (app.now() > expires) return { outcome: "expired" };
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      const outcome = await secureFirst(request, app, (asked) => bring(asked, trace, app, caller, job));
      // What is there at the second look was not there at the first.
      if (outcome !== null) return { outcome: tries === 0 ? outcome : "made" };
    }
    return { outcome: "failed", reason: "not_stored" };
  } catch (error) {
    const failure = asFailure(error);
    noteFailure(trace, failure, app.now());
    return { outcome: outcomeOfFailure(failure.reason), reason: failure.reason };
  }
}

/** Brings the picture to the region and waits until it is stored: only then is it warm. Null: it is not there. */
async function bring(request: ImageRequest, trace: Trace, app: App, caller: Caller, { waitUntil, span, calls }: Job) {
  const storing: Promise<unknown>[] = [];
  const { promise: stored, resolve: onStored } = Promise.withResolvers<true>();
  // Each picture has a priority of its own: a reader who joins one does not hurry the others.
  const own: Job = {
    ...newJob(caller, waitUntil, { calls }),
    trace,
    span,
    onStored: () => onStored(true),
    waitUntil: (work) => {
      storing.push(work.catch(() => undefined));
      waitUntil(work);
    },
  };
  const store = await authorize(request, app, caller, own);
  // Its reader gets the AVIF, if there is one: the region needs both (rendition/secondView.ts).
  if (mayGetAvif(request, app)) {
    const later = await authorize(asAvif(request), app, caller, { ...own, trace: newJob(caller, waitUntil).trace });
    waitUntil(copyToRegion(later, app, { ...own, trace: newJob(caller, waitUntil).trace }).catch(() => undefined));
  }
  const copied = await copyToRegion(store, app, own);
  if (copied.outcome === "failed") return null;
  if (copied.outcome !== "nowhere") return copied.outcome;
  await renderForRegion(request, store, copied.stale, app, caller, own);
  if (await Promise.race([stored, allSettled(storing)])) return "made";
  // Another request made it, and its storing may still be under way in another isolate or behind another answer.
  return (await isStored(store, app)) ? "made" : null;
}

/** Waits for work behind an answer, which may bring more work. */
async function allSettled(works: readonly Promise<unknown>[]): Promise<false> {
  for (let at = 0; at < works.length; at++) await works[at];
  return false;
}

/** Not one that is kept for failures only: nobody has brought that now. */
async function isStored({ tiers, handover, key, access, windows }: RenditionStore, { now }: App): Promise<boolean> {
  const near = tiers.filter(({ tier }) => tier === handover);
  const { found } = await lookUp(key, near, { now, windows, access });
  return found !== null && found.freshness !== "if-error";
}

function recordPicture(trace: Trace, { outcome, reason }: WarmResult, { bindings, now }: App): void {
  trace.outcome = outcome;
  if (outcome === "made" || outcome === "present") trace.status = 200;
  if (outcome === "expired") trace.reason = "deadline";
  if (reason === "not_stored") {
    trace.reason = reason;
    trace.status = NOT_STORED_STATUS;
  }
  const { reason: why } = trace;
  const report = why in ANSWERS && ANSWERS[why as keyof typeof ANSWERS].report;
  record(trace, { events: bindings.EVENTS, report, now: now() });
}
