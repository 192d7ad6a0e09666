import { REJECTIONS, type Rejection } from "../hint/rejections.ts";

/** A histogram as plain counters: one addition per value, no allocation. */
export class BucketCounts {
  readonly bounds: readonly number[];
  /** Values <= each bound, not cumulated; the last is what lies above all. */
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

/** Upper bounds of the histogram of answer times, ms. */
export const ANSWER_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** How hints end, by the name the counters carry. Each hint received ends as exactly one of them. */
export const OUTCOMES = [
  "rejected",
  "oldAtReceipt",
  "future",
  "duplicate",
  "oldAtPush",
  "overflow",
  "regionDown",
  "pushed",
  "refused",
  "failed",
] as const;

/**
 * Everything that is counted, as plain fields for the hot path; read when Prometheus scrapes. Hints are counted one
 * per path; a line or datagram that cannot be read counts as one.
 */
export class Counts {
  datagrams = 0;
  received = 0;
  parsed = 0;
  rejected = 0;
  /** Too old when it came. */
  oldAtReceipt = 0;
  future = 0;
  duplicate = 0;
  /** Too old when a connection was free. */
  oldAtPush = 0;
  /** Pushed out of a full queue by newer ones. */
  overflow = 0;
  /** Came for, or waited for, a region whose breaker is open. */
  regionDown = 0;
  /** Taken by the edge. */
  pushed = 0;
  /** Turned down by the edge, each on its own. */
  refused = 0;
  /** Pushed, but no good answer came. */
  failed = 0;
  /** Requests sent, retries among them. */
  requests = 0;
  retries = 0;
  connectionsOpened = 0;
  readonly rejectedBy: Record<Rejection, number> = Object.fromEntries(
    Object.keys(REJECTIONS).map((r) => [r, 0]),
  ) as Record<Rejection, number>;
  /** Refused by the edge's reason; more than a few reasons fall together as "other". */
  readonly refusedBy = new Map<string, number>();
  readonly ageAtPush = new BucketCounts(AGE_BOUNDS_MS);
  readonly answerTime = new BucketCounts(ANSWER_BOUNDS_MS);
  readonly batchSize = new BucketCounts([1, 2, 5, 10, 15, 20]);

  /** Hints that have ended one way or another; `received` minus this is what waits or is in flight. */
  ended(): number {
    return OUTCOMES.reduce((sum, outcome) => sum + this[outcome], 0);
  }

  reject(reason: Rejection): void {
    this.received++;
    this.rejected++;
    this.rejectedBy[reason]++;
  }

  refuse(reason: string): void {
    this.refused++;
    const known = this.refusedBy.has(reason) || this.refusedBy.size < MAX_REFUSAL_REASONS;
    const label = known ? reason : "other";
    this.refusedBy.set(label, (this.refusedBy.get(label) ?? 0) + 1);
  }
}

const MAX_REFUSAL_REASONS = 32;
