/**
 * What was done for one picture. record.ts writes it for the operator, and respond/traceHeaders.ts tells the client. It
 * holds no address, user agent, referrer or full URL.
 */

import { ANSWERS, type Failure, type Reason } from "./errors.ts";

/** Stages that cost time, in the order a request meets them. */
export const STAGES = [
  "policy",
  "lookup",
  "flight",
  "queue",
  "governor",
  "origin",
  "decode",
  "resize",
  "encode",
  "total",
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * What the platform bills by the operation, besides the request itself (catalogue/prices.ts). context/meter.ts counts the
 * calls of bindings.
 */
export const USAGE = [
  "kvReads",
  "kvWrites",
  "r2Reads",
  "r2Writes",
  "objectCalls",
  "rowsWritten",
  "queueOperations",
] as const;
/** How many of each. What is missing is 0. */
export type Usage = { readonly [kind in (typeof USAGE)[number]]?: number };

/** Doors of readers' look-ups that are no pictures: no store of pictures has them or lacks them. */
export const LOOK_UP_DOORS: readonly string[] = ["info", "labels", "similar"];

/** What became of a hint. `made`: rendered or copied, and stored. `present`: it was there. The warmer counts these. */
export type WarmOutcome = "made" | "present" | "expired" | "refused" | "failed";

/** Filled in by the data path. One per request, per picture of a push, and per piece of work behind an answer. */
export type Trace = {
  /** Tells the log line from others. */
  readonly msg: "request";
  /** When the line was written, as ISO 8601 in UTC. */
  time: string;
  level: "info" | "error";
  /** Cloudflare's ray of the request, elsewhere a random UUID; of a job its message's id. */
  ray: string;
  /** For whom the work was done: `reader`, `warm`, `background` or `job`. */
  readonly audience: string;
  door: string;
  /** `deadline` and `not_stored`: only of a picture of a push. */
  reason: Reason | "ok" | "deadline" | "not_stored";
  /** 0 = the work was not begun. */
  status: number;
  /** Only of a picture of a push, else empty. */
  outcome: WarmOutcome | "";
  /**
   * How the answer came about, in the words of Cache-Status (RFC 9211) `detail`: a tier, `derived`, `stale-if-error`, or
   * `negative` for a remembered failure. Null on a miss, and on an error that was not remembered.
   */
  hit: string | null;
  /** Seconds of freshness left when it was a hit; negative = stale. */
  ttl: number | null;
  stored: boolean;
  /** This deployment has no Cache API to keep things in (workers.dev): every hit is one tier further away. */
  edgeOff: boolean;
  /** Joined another request's work on the same picture. */
  collapsed: boolean;
  /** Status of the source, when it was asked. */
  sourceStatus: number | null;
  sourceHost: string;
  /** Calls of the governor of a host. One call speaks for all that wait in the isolate; it counts for whoever sent it. */
  governorCalls: number;
  /** Those after which it writes a row: all but those that only give grants back. */
  governorWrites: number;
  region: string;
  colo: string;
  format: string;
  asked: { readonly tier: string; readonly ms: number; readonly outcome: "hit" | "miss" | "error" | "late" }[];
  bytesIn: number;
  bytesOut: number;
  /** Which variant of the source the picture was made from: `original`, or a provider's own size such as `flickr.z`. */
  sourceVariant: string;
  /** The original's length less the bytes that were fetched in its place; null = nothing in its place, or not known. */
  bytesSaved: number | null;
  /** Milliseconds, to a tenth. */
  stages: Partial<Record<Stage, number>>;
  /** Hash of the source, for one source in SAMPLED; else empty. */
  source: string;
  /** Options and key of the picture asked for, of a sampled source; else empty. */
  variant: string;
  /** What was asked of stores, objects and queues until the line was written; undefined = nothing. */
  usage: Usage | undefined;
  /** The named key that signed the address, else empty. For the log only, as what follows. */
  signer: string;
  failure: string | undefined;
};

/** A trace nothing has happened to yet. */
export function newTrace(audience: string, region: string, colo: string, ray = ""): Trace {
  return {
    msg: "request",
    time: "",
    level: "info",
    ray,
    audience,
    door: "",
    reason: "ok",
    status: 0,
    outcome: "",
    hit: null,
    ttl: null,
    stored: false,
    edgeOff: false,
    collapsed: false,
    sourceStatus: null,
    sourceHost: "",
    governorCalls: 0,
    governorWrites: 0,
    region,
    colo,
    format: "",
    asked: [],
    bytesIn: 0,
    bytesOut: 0,
    sourceVariant: "",
    bytesSaved: null,
    stages: {},
    source: "",
    variant: "",
    usage: undefined,
    signer: "",
    failure: undefined,
  };
}

/** Adds `ms` to a stage. */
export function addStage(trace: Trace, stage: Stage, ms: number): void {
  trace.stages[stage] = Math.round(((trace.stages[stage] ?? 0) + ms) * 10) / 10;
}

/** Notes a picture in hand, and the tier that had it (null = made just now). `now` in unix ms. */
export function noteHit(
  trace: Trace,
  hit: string | null,
  meta: { readonly freshUntil: number; readonly format: string; readonly variant: string },
  now: number,
): void {
  trace.hit = hit;
  trace.ttl = Math.floor((meta.freshUntil - now) / 1000);
  trace.format = meta.format;
  trace.sourceVariant = meta.variant;
}

/** Notes what went wrong: reason, status and, for a failure that was remembered, the time it has left. */
export function noteFailure(trace: Trace, failure: Failure, now: number): void {
  trace.reason = failure.reason;
  trace.status = ANSWERS[failure.reason].status;
  trace.failure = failure.detail;
  if (!failure.keeping.remembered) return;
  trace.hit = "negative";
  trace.ttl = Math.floor((failure.keeping.until - now) / 1000);
}
