import type { DedupTable } from "./dedupTable.ts";
import type { PushBatch } from "./pushBatch.ts";

export type HintQueueOptions = {
  /** The most hints that may wait. One more drops the oldest. */
  readonly capacity: number;
  /** The most hints of one push. */
  readonly limit: number;
  /** How long a hint may wait for others, ms. */
  readonly waitMs: number;
  /** Age limit, ms. */
  readonly maxAgeMs: number;
};

/** A hint leaves at least this long before it is too old. This covers the granularity of a timer. */
const EXPIRY_GUARD_MS = 2;

/** Smaller steps of our clock do no harm. */
const CLOCK_SLACK_MS = 1_000;

/**
 * The waiting hints of one region and format: a ring buffer, oldest first. It tells when a push is due: it has enough
 * hints for a full push, the first hint has waited long enough, or one is about to be too old.
 */
export class HintQueue {
  readonly #options: HintQueueOptions;
  readonly #mask: number;
  readonly #paths: string[];
  readonly #expiries: Float64Array;
  readonly #dues: Float64Array;
  readonly #keyLow: Int32Array;
  readonly #keyHigh: Int32Array;
  #head = 0;
  #size = 0;
  /** When a push is due, unix ms. Infinity while nothing waits. */
  due = Number.POSITIVE_INFINITY;
  /** The most hints of one push now. */
  limit: number;

  constructor(options: HintQueueOptions) {
    let slots = 16;
    while (slots < options.capacity) slots *= 2;
    this.#options = options;
    this.limit = options.limit;
    this.#mask = slots - 1;
    this.#paths = new Array<string>(slots).fill("");
    this.#expiries = new Float64Array(slots);
    this.#dues = new Float64Array(slots);
    this.#keyLow = new Int32Array(slots);
    this.#keyHigh = new Int32Array(slots);
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a hint that is too old after `expiry`. Returns true if the oldest was dropped for it. */
  add(path: string, expiry: number, keyLow: number, keyHigh: number, now: number): boolean {
    const full = this.#size === this.#options.capacity;
    if (full) this.dropHead();
    const slot = (this.#head + this.#size++) & this.#mask;
    const due = Math.max(now, Math.min(now + this.#options.waitMs, expiry - EXPIRY_GUARD_MS));
    this.#paths[slot] = path;
    this.#expiries[slot] = expiry;
    this.#dues[slot] = due;
    this.#keyLow[slot] = keyLow;
    this.#keyHigh[slot] = keyHigh;
    if (due < this.due) this.due = due;
    return full;
  }

  isDue(now: number): boolean {
    return this.#size >= this.limit || now >= this.due;
  }

  /**
   * Whether the oldest hint is too old. A hint that is valid for longer than any hint can be also counts as too old:
   * our clock was set back since it arrived, so its age is unknown.
   * @param marginMs what it must have left of its age limit
   */
  headIsExpired(now: number, marginMs = 0): boolean {
    if (this.#size === 0) return false;
    const left = (this.#expiries[this.#head] as number) - now;
    return left < marginMs || left > 2 * this.#options.maxAgeMs + CLOCK_SLACK_MS;
  }

  /** Inserts the key of the oldest hint into the dedup table. Returns false if the key is present. */
  insertHeadKey(keys: DedupTable, steady: number): boolean {
    return keys.insert(this.#keyLow[this.#head] as number, this.#keyHigh[this.#head] as number, steady);
  }

  /** Moves the oldest hint into the batch. */
  moveHead(batch: PushBatch): void {
    const at = this.#head;
    const path = this.#paths[at] as string;
    batch.add(path, this.#expiries[at] as number, this.#keyLow[at] as number, this.#keyHigh[at] as number);
    this.dropHead();
  }

  dropHead(): void {
    this.#paths[this.#head] = "";
    this.#head = (this.#head + 1) & this.#mask;
    this.#size--;
  }

  /** Drops all waiting hints. */
  clear(): void {
    while (this.#size > 0) this.dropHead();
    this.due = Number.POSITIVE_INFINITY;
  }

  /** Must be called after hints have left. */
  updateDue(): void {
    if (this.#size >= this.limit) {
      // Due because the queue has enough hints. The oldest stands for all, so that a long queue is not searched for
      // each push.
      this.due = this.#dues[this.#head] as number;
      return;
    }
    this.due = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#size; i++) {
      const due = this.#dues[(this.#head + i) & this.#mask] as number;
      if (due < this.due) this.due = due;
    }
  }
}
