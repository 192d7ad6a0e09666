/** What a trace tells the client: Cache-Status and Server-Timing. */
import { STAGES, type Trace } from "../telemetry.ts";

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

/**
 * Server-Timing (W3C): `cache` says which store answered, since a page cannot read Cache-Status; then milliseconds of
 * each stage that ran. CPU stages are true only where the clock runs: locally.
 */
export function serverTiming(trace: Trace): string {
  let timing = `cache;desc=${trace.hit ?? (trace.door === "" ? "bypass" : "miss")}`;
  for (const stage of STAGES) {
    const ms = trace.stages[stage];
    if (ms !== undefined) timing += `, ${stage};dur=${ms.toFixed(1)}`;
  }
  return timing;
}
