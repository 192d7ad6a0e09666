/**
 * Learns the difference between one sender's clock and ours from its hints alone. Each hint gives an offset `received -
 * t`. It is the clock difference plus travel time plus waiting time. The last two are never negative, so the smallest
 * offsets show the clock difference.
 */

/** Parameters of the learning. Times in ms. */
export const LEARNING = {
  /** A sender is known after this many hints over this much time. */
  hints: 32,
  spanMs: 2_000,
  /** The base is the 8th smallest offset of 6 buckets of 5 s. So one lucky or forged stamp does not change it. */
  rank: 8,
  buckets: 6,
  bucketMs: 5_000,
  /** A larger offset is not learned. It comes from a stale log or a broken clock. */
  maxOffsetMs: 10_000,
  /**
   * The base rises by at most this much per ms. Clocks drift slowly, but queues grow fast: so our own delay is not
   * learned.
   */
  maxRise: 0.0005,
  /**
   * This many hints in a row were off by more than the age limit: the sender's clock was changed. Learn again after 1 s
   * if they are off by more than four times the limit. Otherwise our own delay may be the reason, so learn again after
   * 10 s.
   */
  stepHints: 20,
  stepFactor: 4,
  stepSpanMs: 1_000,
  smallStepSpanMs: 10_000,
} as const;

const { rank, buckets } = LEARNING;
const scratch = new Float64Array(rank * buckets);

/** The learned clock offset of one sender. It has a fixed size. `now` and offsets are in ms. */
export class ClockOffset {
  /** Time of the last hint. */
  lastSeen = 0;
  /** `received - t` of a hint that did not wait. Valid if `known`. */
  base = 0;
  known = false;
  readonly #smallest = new Float64Array(rank * buckets).fill(Number.POSITIVE_INFINITY);
  #bucket = 0;
  #bucketStart = 0;
  #hints = 0;
  #firstSeen = 0;
  #firstHalf = Number.POSITIVE_INFINITY;
  #secondHalf = Number.POSITIVE_INFINITY;
  #baseAt = 0;
  #outliers = 0;
  #outliersSince = 0;

  /** Forgets everything. The sender is unknown again. */
  reset(now: number): void {
    this.known = false;
    this.#smallest.fill(Number.POSITIVE_INFINITY);
    this.#bucket = 0;
    this.#bucketStart = now;
    this.#hints = 0;
    this.#firstSeen = now;
    this.#firstHalf = Number.POSITIVE_INFINITY;
    this.#secondHalf = Number.POSITIVE_INFINITY;
    this.#outliers = 0;
    this.lastSeen = now;
  }

  /**
   * Learns from the offset of one hint.
   * @param maxAgeMs the age limit; a step of the clock is measured by it
   */
  learn(offset: number, now: number, maxAgeMs: number): void {
    this.lastSeen = now;
    if (this.known) this.#detectStep(offset, now, maxAgeMs);
    if (Math.abs(offset) > LEARNING.maxOffsetMs) return;
    if (now - this.#bucketStart >= LEARNING.bucketMs) this.#rotate(now);
    const first = this.#bucket * rank;
    const lowered = offset < (this.#smallest[first + rank - 1] as number);
    if (lowered) this.#insert(offset, first);
    if (!this.known) this.#becomeKnown(offset, now, maxAgeMs);
    else if (lowered) this.#update(now);
  }

  /** Inserts an offset into the sorted list of the current bucket. */
  #insert(offset: number, first: number): void {
    const kept = this.#smallest;
    let i = first + rank - 1;
    for (; i > first && (kept[i - 1] as number) > offset; i--) kept[i] = kept[i - 1] as number;
    kept[i] = offset;
  }

  #rotate(now: number): void {
    const steps = Math.min(buckets, Math.floor((now - this.#bucketStart) / LEARNING.bucketMs));
    for (let i = 0; i < steps; i++) {
      this.#bucket = (this.#bucket + 1) % buckets;
      this.#smallest.fill(Number.POSITIVE_INFINITY, this.#bucket * rank, (this.#bucket + 1) * rank);
    }
    this.#bucketStart = now;
    if (this.known) this.#update(now);
  }

  /**
   * Makes the sender known after enough hints over enough time, if both halves of that time agree. The offsets of a log
   * that is replayed at another speed drift apart, so such a sender never becomes known.
   */
  #becomeKnown(offset: number, now: number, maxAgeMs: number): void {
    if (this.#hints++ === 0) this.#firstSeen = now;
    const span = now - this.#firstSeen;
    if (span < LEARNING.spanMs / 2) this.#firstHalf = Math.min(this.#firstHalf, offset);
    else this.#secondHalf = Math.min(this.#secondHalf, offset);
    if (this.#hints < LEARNING.hints || span < LEARNING.spanMs) return;
    if (Math.abs(this.#firstHalf - this.#secondHalf) > maxAgeMs / 2) {
      this.reset(now);
      return;
    }
    this.known = true;
    this.base = this.#rankedSmallest();
    this.#baseAt = now;
  }

  #update(now: number): void {
    const smallest = this.#rankedSmallest();
    const ceiling = this.base + (now - this.#baseAt) * LEARNING.maxRise;
    this.base = Math.min(smallest, ceiling);
    this.#baseAt = now;
  }

  #rankedSmallest(): number {
    scratch.set(this.#smallest);
    scratch.sort();
    const ranked = scratch[rank - 1] as number;
    if (ranked !== Number.POSITIVE_INFINITY) return ranked;
    const last = scratch.findLast((value) => value !== Number.POSITIVE_INFINITY);
    return last ?? Number.POSITIVE_INFINITY;
  }

  #detectStep(offset: number, now: number, maxAgeMs: number): void {
    const off = Math.abs(offset - this.base);
    if (off <= maxAgeMs) {
      this.#outliers = 0;
      return;
    }
    if (this.#outliers++ === 0) this.#outliersSince = now;
    const span = off > maxAgeMs * LEARNING.stepFactor ? LEARNING.stepSpanMs : LEARNING.smallStepSpanMs;
    if (this.#outliers >= LEARNING.stepHints && now - this.#outliersSince >= span) this.reset(now);
  }
}
