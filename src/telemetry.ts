/**
 * What one request did, written down as it goes: Cache-Status and Server-Timing for the client, one log line and one
 * Analytics Engine point for the operator. No address, user agent, referrer or full URL of anyone is in either.
 */

import type { Reason } from "./errors.ts";

/** Stages that cost time, in the order a request meets them. */
export const STAGES = ["policy", "lookup", "flight", "queue", "origin", "decode", "resize", "encode", "total"] as const;
export type Stage = (typeof STAGES)[number];

/** The part of an Analytics Engine binding that is used. */
export type EventSink = {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
};

/** Filled in by the data path; one per request, and one for work that goes on behind an answer. */
export type Trace = {
  /** Tells the log line from others. */
  readonly msg: "request";
  /** For whom the work was done: `reader`, `warm`, `background` or `job`. */
  readonly audience: string;
  door: string;
  reason: Reason | "ok";
  status: number;
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
  region: string;
  colo: string;
  format: string;
  asked: { readonly tier: string; readonly ms: number; readonly outcome: "hit" | "miss" | "error" | "late" }[];
  bytesIn: number;
  bytesOut: number;
  /** Milliseconds, to a tenth. */
  stages: Partial<Record<Stage, number>>;
  /** For the log only. */
  failure: string | undefined;
};

/** A trace nothing has happened to yet. */
export function newTrace(audience: string, region: string, colo: string): Trace {
  return {
    msg: "request",
    audience,
    door: "",
    reason: "ok",
    status: 0,
    hit: null,
    ttl: null,
    stored: false,
    edgeOff: false,
    collapsed: false,
    sourceStatus: null,
    sourceHost: "",
    region,
    colo,
    format: "",
    asked: [],
    bytesIn: 0,
    bytesOut: 0,
    stages: {},
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
  meta: { readonly freshUntil: number; readonly format: string },
  now: number,
): void {
  trace.hit = hit;
  trace.ttl = Math.floor((meta.freshUntil - now) / 1000);
  trace.format = meta.format;
}

/** Cache-Status (RFC 9211): `firstlight; hit; ttl=..; detail=edge`, or `firstlight; fwd=miss; fwd-status=200; stored`. */
export function cacheStatus(trace: Trace): string {
  const parts = ["firstlight"];
  if (trace.hit !== null) {
    parts.push("hit");
    if (trace.ttl !== null) parts.push(`ttl=${trace.ttl}`);
    parts.push(`detail=${trace.hit}`);
  } else {
    // Refused before it was known which picture is meant.
    parts.push(trace.door === "" ? "fwd=bypass" : "fwd=miss");
    if (trace.sourceStatus !== null) parts.push(`fwd-status=${trace.sourceStatus}`);
    if (trace.stored) parts.push("stored");
    if (trace.collapsed) parts.push("collapsed");
  }
  if (trace.edgeOff) parts.push("edge=off");
  return parts.join("; ");
}

/** Server-Timing (W3C): milliseconds of each stage that ran. CPU stages are true only where the clock runs: locally. */
export function serverTiming(trace: Trace): string {
  let timing = "";
  for (const stage of STAGES) {
    const ms = trace.stages[stage];
    if (ms !== undefined) timing += `${timing === "" ? "" : ", "}${stage};dur=${ms.toFixed(1)}`;
  }
  return timing;
}

/** Columns of the Analytics Engine point, in order; docs/operations.md is generated from the same lists. */
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
] as const;

/**
 * Writes the log line and the point. `report` marks failures that are ours to look into. Never throws: an answer must
 * not fail because counting it did.
 */
export function record(
  trace: Trace,
  sinks: { readonly events?: EventSink | undefined; readonly report: boolean },
): void {
  try {
    const line = JSON.stringify(trace);
    if (sinks.report) console.error(line);
    else console.log(line);
    const { stages } = trace;
    const answer = trace.hit ?? (trace.reason === "ok" ? "miss" : "error");
    const asked = trace.asked.map((one) => `${one.tier}:${one.outcome}`).join(",");
    sinks.events?.writeDataPoint({
      indexes: [trace.sourceHost.slice(0, 96)],
      blobs: [
        ...[trace.reason, answer, trace.region, trace.colo, trace.door, trace.format, trace.sourceHost, asked],
        trace.audience,
      ],
      doubles: [
        trace.status,
        trace.bytesIn,
        trace.bytesOut,
        stages.total ?? 0,
        stages.lookup ?? 0,
        stages.origin ?? 0,
        stages.decode ?? 0,
        stages.resize ?? 0,
        stages.encode ?? 0,
        stages.queue ?? 0,
      ],
    });
  } catch {
    // Losing a line is better than losing the answer.
  }
}
