/**
 * What is written down of a trace: one log line and one Analytics Engine point. An invocation that went on behind its
 * answer has a second line and point, with what it asked of stores, objects and queues there.
 */

import { newTrace, type Trace, USAGE, type Usage } from "./telemetry.ts";

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
  ...USAGE,
] as const;

/** The part of an Analytics Engine binding that is used. */
export type EventSink = {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
};

export type Point = Parameters<EventSink["writeDataPoint"]>[0];

const NOTHING: Usage = {};

/**
 * The point of a trace; a log line that was parsed gives the same point. A sampled source is its own sampling key, so
 * that Analytics Engine does not thin out the few points of it.
 */
export function pointOf(trace: Trace): Point {
  const { reason, hit, region, colo, door, format, sourceHost, asked, audience, outcome, source, variant } = trace;
  const { status, bytesIn, bytesOut, sourceVariant, bytesSaved, governorCalls, governorWrites, stages } = trace;
  const usage = trace.usage ?? NOTHING;
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
    kvReads: usage.kvReads ?? 0,
    kvWrites: usage.kvWrites ?? 0,
    r2Reads: usage.r2Reads ?? 0,
    r2Writes: usage.r2Writes ?? 0,
    objectCalls: usage.objectCalls ?? 0,
    rowsWritten: (usage.rowsWritten ?? 0) + governorWrites,
    queueOperations: usage.queueOperations ?? 0,
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

/** The line of what an invocation used behind its answer. Its point has `usage` as its door and nothing else of a request. */
export type UsageLine = Pick<Trace, "time" | "level" | "ray" | "audience" | "region" | "colo" | "usage"> & {
  /** Tells the line from others. */
  readonly msg: "usage";
};

/** A point with the time's line: `usage` is what is not in the line of the request. Never throws. */
export function recordUsage(of: Trace, usage: Usage, { events, now }: Omit<RecordOptions, "report">): void {
  const { ray, region, colo } = of;
  // Behind a reader's answer nobody waits.
  const audience = of.audience === "reader" ? "background" : of.audience;
  try {
    const time = new Date(now).toISOString();
    const line: UsageLine = { msg: "usage", time, level: "info", ray, audience, region, colo, usage };
    console.log(JSON.stringify(line));
    events?.writeDataPoint(pointOfUsage(line));
  } catch {
    // As above.
  }
}

/** The point of such a line, written or parsed. */
export function pointOfUsage({ audience, region, colo, ray, usage }: UsageLine): Point {
  return pointOf({ ...newTrace(audience, region, colo, ray), door: "usage", usage });
}
