/**
 * How far one sender's clock is from ours, learned from its hints alone. Each hint gives an offset `received - t`,
 * which is clock difference + travel + queueing; the last two only add, so the smallest offsets are the clock.
 */

/** How the offset is learned. Times in ms. */
export const LEARNING = {
  /** Hints, and time from the first to the last of them, before a sender is known. */
  hints: 32,
  spanMs: 2_000,
  /** The base is the 8th smallest offset of 6 buckets of 5 s: one lucky or forged stamp does not move it. */
  rank: 8,
  buckets: 6,
  bucketMs: 5_000,
  /** Differences beyond this are not learned: what is so far off is a stale log or a broken clock. */
  maxOffsetMs: 10_000,
  /** Clocks drift, queues jump: the base rises by at most this much per ms, so that our own lag is not learned. */
  maxRise: 0.0005,
  /**
   * So many hints in a row off by more than the age limit: the sender's clock was set. Learn anew, at once when they
   * are off by four times the limit, later when our own lag could be the cause.
   */
  stepHints: 20,
  stepFactor: 4,
  stepSpanMs: 1_000,
  smallStepSpanMs: 10_000,
} as const;

const { rank, buckets } = LEARNING;
const scratch = new Float64Array(rank * buckets);

/** The learned offset of one sender. Fixed size; `now` and offsets in ms. */
export class ClockOffset {
  /** When the last hint came. */
  lastSeen = 0;
  /** `received - t` of a hint that did not wait; meaningful once `known`. */
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

  /** Forgets everything; the sender is unknown again. */
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

  /** Takes one hint's offset into account. `maxAgeMs` is the age limit, the scale of what counts as a step. */
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

  /** Insertion into the present bucket's sorted smallest. */
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
   * Enough hints over enough time, and both halves of that time agree: a log replayed faster or slower than it was
   * written has offsets that run away, and never gets known.
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
