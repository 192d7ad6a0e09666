/**
 * What was done for one picture: one log line and one Analytics Engine point for the operator, and what
 * respond/traceHeaders.ts tells the client. None holds an address, user agent, referrer or full URL.
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

/** The part of an Analytics Engine binding that is used. */
export type EventSink = {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
};

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

/**
 * Columns of the Analytics Engine point, in order. Stored points are read by position: append, never reorder.
 * docs/operator/watch.md is generated from the same lists.
 */
export const POINT_BLOBS = [
  "reason",
  "answer",
  "region",
  "colo",
  "door",
  "format",
  "sourceHost",
  "tiersAsked",
  "audience",
  "outcome",
  "source",
  "variant",
  "sourceVariant",
] as const;
export const POINT_DOUBLES = [
  "status",
  "bytesIn",
  "bytesOut",
  "total",
  "lookup",
  "origin",
  "decode",
  "resize",
  "encode",
  "queue",
  "bytesSaved",
  "governor",
  "governorCalls",
] as const;

export type Point = Parameters<EventSink["writeDataPoint"]>[0];

/**
 * The point of a trace; a log line that was parsed gives the same point. A sampled source is its own sampling key, so
 * that Analytics Engine does not thin out the few points of it.
 */
export function pointOf(trace: Trace): Point {
  const { reason, hit, region, colo, door, format, sourceHost, asked, audience, outcome, source, variant } = trace;
  const { status, bytesIn, bytesOut, sourceVariant, bytesSaved, governorCalls, stages } = trace;
  // Literals, not copies of the trace: this is on the way of every hit.
  const blobs: Readonly<Record<(typeof POINT_BLOBS)[number], string>> = {
    reason,
    answer: hit ?? (reason === "ok" ? "miss" : "error"),
    region,
    colo,
    door,
    format,
    sourceHost,
    audience,
    outcome,
    source,
    variant,
    sourceVariant,
    tiersAsked: asked.map((one) => `${one.tier}:${one.outcome}`).join(","),
  };
  const { total = 0, lookup = 0, origin = 0, decode = 0, resize = 0, encode = 0, queue = 0, governor = 0 } = stages;
  const doubles: Readonly<Record<(typeof POINT_DOUBLES)[number], number>> = {
    status,
    bytesIn,
    bytesOut,
    total,
    lookup,
    origin,
    decode,
    resize,
    encode,
    queue,
    // Unknown counts as nothing: a sum of the column is then never too large.
    bytesSaved: bytesSaved ?? 0,
    governor,
    governorCalls,
  };
  return {
    indexes: [source === "" ? sourceHost.slice(0, 96) : source],
    blobs: POINT_BLOBS.map((name) => blobs[name]),
    doubles: POINT_DOUBLES.map((name) => doubles[name]),
  };
}

export type RecordOptions = {
  readonly events?: EventSink | undefined;
  /** The failure is ours to look into. */
  readonly report: boolean;
  /** Unix ms. */
  readonly now: number;
};

/** Writes the log line and the point. Never throws: an answer must not fail because counting it did. */
export function record(trace: Trace, { events, report, now }: RecordOptions): void {
  try {
    trace.time = new Date(now).toISOString();
    trace.level = report ? "error" : "info";
    const line = JSON.stringify(trace);
    if (report) console.error(line);
    else console.log(line);
    events?.writeDataPoint(pointOf(trace));
  } catch {
    // Losing a line is better than losing the answer.
  }
}
