/**
 * The job of the queue `RECOGNISE`: up to 10 pictures. Each is rendered to at most 2 megapixels, sent to the service under a
 * reservation of the ledger, and what was found is stored. A picture that the service has answered for is not sent again,
 * however often its message comes.
 */
import { keptLabels, type Labels } from "../catalogue/recognition/labels.ts";
import { type Picture, parseRecogniseOrder, type RecogniseOrder } from "../catalogue/recognition/order.ts";
import type { Recogniser } from "../catalogue/recognition/recogniser.ts";
import type { App } from "../context/app.ts";
import { type Caller, jobCaller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { Failure } from "../errors.ts";
import { readBlocked } from "../live/ledger.ts";
import { isTakenDown } from "../policy/storedAccess.ts";
import type { QueueJob } from "./queueJob.ts";
import {
  isRecognised,
  type LedgerStub,
  ledgerOf,
  recogniserOf,
  storedLabels,
  storeLabels,
} from "./recognise/access.ts";
import { sentPicture, sourceOf } from "./recognise/sentPicture.ts";

/** Calls for a picture in one delivery. After that its message comes again later. */
const TRIES = 3;
/** A reservation outlives the call, since a render in the same isolate may hold up its answer: by as long again, or this. */
const LEAST_SLACK_MS = 2_000;
/** The longest wait for a turn within a delivery, in milliseconds. */
const MOST_WAIT_MS = 60_000;

export const recognise: QueueJob<RecogniseOrder> = {
  parse: parseRecogniseOrder,
  callerOf: ({ region, origin }) => jobCaller(region, origin),
  retrySeconds: 30,
  async run({ pictures }, app, caller, job) {
    const [recogniser, ledger] = [recogniserOf(app), ledgerOf(app)];
    if (recogniser === null || ledger === null)
      throw new Failure("misconfigured", {}, "recognition has no service or ledger");
    const work: Work = { recogniser, ledger, app, caller, job };
    let again: Failure | null = null;
    for (const picture of pictures) {
      try {
        await recogniseOne(picture, work);
      } catch (error) {
        // One picture that cannot be had now does not hold up the others of its message.
        if (!(error instanceof Failure)) throw error;
        again = error;
      }
    }
    if (again !== null) throw again;
  },
};

type Work = {
  readonly recogniser: Recogniser;
  readonly ledger: LedgerStub;
  readonly app: App;
  readonly caller: Caller;
  readonly job: Job;
};

/** What is written down of a picture, besides whose it is. */
type Result = Pick<Labels, "status" | "reason"> & Partial<Pick<Labels, "labels" | "modelVersion">>;

/** Throws Failure when the message shall come again. */
async function recogniseOne(picture: Picture, work: Work): Promise<void> {
  const { recogniser, ledger, app, caller, job } = work;
  const { id } = picture;
  if (isRecognised(await storedLabels(app.bindings.R2_PRIMARY, id), recogniser)) return ledger.close(id);
  if (!(await ledger.isOpen(id))) return;
  const sent = await sentPicture(picture, app, caller, job);
  if (sent.kind === "jpeg") return ask(picture, sent.bytes, work);
  await finish(picture, { status: sent.kind, reason: sent.reason }, work);
}

async function ask(picture: Picture, jpeg: Uint8Array<ArrayBuffer>, work: Work): Promise<void> {
  const { recogniser, ledger, app } = work;
  const { labelsPerSecond: perSecond, labelsTimeoutMs } = app.config;
  const rule = {
    priceMicros: recogniser.priceMicros,
    perSecond,
    leaseMs: labelsTimeoutMs + Math.max(labelsTimeoutMs, LEAST_SLACK_MS),
  };
  let why = "no turn";
  for (let tries = 0; tries < TRIES; tries++) {
    const turn = await ledger.reserve(picture.id, rule);
    if (turn.kind === "closed") return;
    if (turn.kind === "over-budget" || turn.kind === "too-many-calls") {
      return finish(picture, { status: "failed", reason: turn.kind }, work);
    }
    if (turn.kind === "busy") {
      // Its worker may be lost. When the lease has ended, the picture is ours.
      if (turn.waitMs <= MOST_WAIT_MS) await sleep(turn.waitMs);
      why = "another worker's call is under way";
      continue;
    }
    if (turn.waitMs > MOST_WAIT_MS) {
      await ledger.settle(turn.call, "free");
      throw new Failure("source_saturated", {}, "the turn is too far away");
    }
    await sleep(turn.waitMs);
    const answer = await recogniser.recognise(jpeg);
    if (answer.kind === "found") {
      const { modelVersion } = answer;
      await finish(
        picture,
        { status: "done", reason: null, labels: keptLabels(answer.labels), modelVersion },
        work,
        turn.call,
      );
      return;
    }
    why = answer.kind === "throttled" ? "throttled" : answer.why;
    // Without an answer it may have been paid: the reservation stays.
    await ledger.settle(
      turn.call,
      answer.kind === "throttled" ? "throttled" : answer.kind === "unknown" ? "paid" : "free",
    );
    if (answer.kind === "refused")
      return finish(picture, { status: "refused", reason: answer.why.slice(0, 100) }, work);
    if (answer.kind === "misconfigured")
      throw new Failure("misconfigured", {}, `the service for labels: ${answer.why}`);
  }
  throw new Failure("source_saturated", {}, `the service for labels: ${why}`);
}

/** Stores the result, then closes the picture: a worker that is lost between the two finds it stored. */
async function finish(
  picture: Picture,
  result: Result,
  { app, recogniser, ledger }: Work,
  call?: number,
): Promise<void> {
  const { R2_PRIMARY } = app.bindings;
  const labels = await labelsOf(picture, result, recogniser, app.now());
  await storeLabels(R2_PRIMARY, labels);
  // The purge of a takedown may have gone through the labels while the service was asked.
  if (labels.labels.length > 0 && isTakenDown(labels.source, await readBlocked(R2_PRIMARY))) {
    await storeLabels(R2_PRIMARY, { ...labels, status: "refused", reason: "blocked", labels: [] });
  }
  if (call !== undefined) await ledger.settle(call, "paid");
  await ledger.close(picture.id);
}

export async function labelsOf(
  { id, url }: Picture,
  { status, reason, labels = [], modelVersion = null }: Result,
  { provider, model }: Pick<Recogniser, "provider" | "model">,
  at: number,
): Promise<Labels> {
  const source = await sourceOf(url);
  return { v: 1, id, source, status, reason, provider, model, modelVersion, at, labels };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
