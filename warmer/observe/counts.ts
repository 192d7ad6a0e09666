import { REJECTIONS, type Rejection } from "../hint/rejections.ts";

/** A histogram of plain counters. One addition per value, no allocation. */
export class BucketCounts {
  readonly bounds: readonly number[];
  /** Number of values <= each bound, not cumulative. The last one counts values above all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  /** @param bounds upper bounds, ascending */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.sum += value;
  }

  total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}

/** Upper bounds of the age histogram, ms. */
export const AGE_BOUNDS_MS = [1, 2, 3, 5, 8, 12, 20, 30, 40, 50, 75, 100, 250, 1000] as const;

/** Upper bounds of the histogram of response times, ms. */
export const ANSWER_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** How hints end; the counters have the same names. Each received hint ends as exactly one of them. */
export const OUTCOMES = [
  "rejected",
  "oldAtReceipt",
  "future",
  "duplicate",
  "oldAtPush",
  "overflow",
  "regionDown",
  "failed",
  "refused",
  "made",
  "present",
  "expired",
  "failedAtEdge",
  "unknown",
] as const;

/**
 * All counters, as plain fields for the hot path. Prometheus reads them at each scrape. Each path counts as one hint. A
 * line or datagram that cannot be read counts as one.
 */
export class Counts {
  datagrams = 0;
  received = 0;
  parsed = 0;
  /** Received hints that are there for a second region: the hint counts once for each. */
  copied = 0;
  rejected = 0;
  /** Too old when it arrived. */
  oldAtReceipt = 0;
  future = 0;
  duplicate = 0;
  /** Too old when a connection was free. */
  oldAtPush = 0;
  /** Dropped from a full queue for a newer one. */
  overflow = 0;
  /** Its region's circuit breaker was open when it arrived or while it waited. */
  regionDown = 0;
  /** Pushed without a 2xx response. */
  failed = 0;
  /** Accepted by the edge. This is no end: each of them ends as one of the six below. */
  pushed = 0;
  /** Refused by the edge, each path for its own reason: at once, or after it was accepted. */
  refused = 0;
  /** Rendered or copied, and stored for its region. */
  made = 0;
  /** The edge had it already. */
  present = 0;
  /** The edge could not begin it before its deadline. */
  expired = 0;
  /** The edge could not make it, each path for its own reason. */
  failedAtEdge = 0;
  /** Accepted, and the edge said nothing more: an older edge, or the answer was cut off. */
  unknown = 0;
  /** Requests sent, including retries. */
  requests = 0;
  retries = 0;
  connectionsOpened = 0;
  readonly rejectedBy: Record<Rejection, number> = Object.fromEntries(
    Object.keys(REJECTIONS).map((r) => [r, 0]),
  ) as Record<Rejection, number>;
  /** Hints by the edge's reason. After MAX_REASONS, a new reason counts as "other". */
  readonly refusedBy = new Map<string, number>();
  readonly failedAtEdgeBy = new Map<string, number>();
  readonly ageAtPush = new BucketCounts(AGE_BOUNDS_MS);
  readonly answerTime = new BucketCounts(ANSWER_BOUNDS_MS);
  readonly batchSize = new BucketCounts([1, 2, 5, 10, 15, 20]);

  /** Hints that have ended. The rest of `received` waits or is in flight. */
  ended(): number {
    return OUTCOMES.reduce((sum, outcome) => sum + this[outcome], 0);
  }

  reject(reason: Rejection): void {
    this.received++;
    this.rejected++;
    this.rejectedBy[reason]++;
  }

  /** A hint ended at the edge. @param reason "" if the outcome has none */
  settle(outcome: EdgeCounter, reason: string): void {
    this[outcome]++;
    if (outcome === "refused") countReason(this.refusedBy, reason);
    else if (outcome === "failedAtEdge") countReason(this.failedAtEdgeBy, reason);
  }
}

/** The counters of hints that the edge spoke about, or could have. */
export type EdgeCounter = "made" | "present" | "expired" | "refused" | "failedAtEdge" | "unknown";

/** Reasons come from outside, so their number is limited. */
const MAX_REASONS = 32;

function countReason(by: Map<string, number>, reason: string): void {
  const label = by.has(reason) || by.size < MAX_REASONS ? reason : "other";
  by.set(label, (by.get(label) ?? 0) + 1);
}
