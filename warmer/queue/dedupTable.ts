/** Slots of one bucket. A key can be in two buckets, so eight slots are searched. */
const SLOTS_PER_BUCKET = 4;

/**
 * Int32 fields of a slot: the two halves of the key, and its expiry in ms since the epoch of the table (0 = empty).
 */
const FIELDS_PER_SLOT = 3;

/** Int32 fields of a bucket. */
const BUCKET_FIELDS = SLOTS_PER_BUCKET * FIELDS_PER_SLOT;

/** The epoch moves before an expiry could exceed 31 bits. */
const REBASE_AFTER_MS = 2 ** 30;

const NO_SLOT = -1;

/**
 * Remembers the keys that were pushed within the window. Open addressing in one typed array, outside the
 * garbage-collected heap: 12 bytes per slot and two slots per key, so a million keys take 25 MB. A key is a 64-bit
 * hash. Each half selects one bucket of four slots, and the key is in one of these two (two-choice hashing fills
 * buckets evenly, so almost nothing is evicted below the capacity). Expiry is exact for each key. If all eight slots
 * are in use, the oldest key is evicted and counted. This costs one repeated push, and never causes a false duplicate.
 * Times are ms of one steady clock.
 */
export class DedupTable {
  /** Keys evicted before they expired. */
  evicted = 0;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #windowMs: number;
  #epoch: number;

  /**
   * @param capacity keys to remember
   * @param windowMs how long, ms
   * @param now the current time
   */
  constructor(capacity: number, windowMs: number, now: number) {
    let buckets = 2;
    while (buckets * SLOTS_PER_BUCKET < capacity * 2) buckets *= 2;
    this.#mask = buckets - 1;
    this.#slots = new Int32Array(buckets * SLOTS_PER_BUCKET * FIELDS_PER_SLOT);
    this.#windowMs = windowMs;
    this.#epoch = now - 1;
  }

  /** Size of the table in bytes. */
  get byteLength(): number {
    return this.#slots.byteLength;
  }

  /**
   * Reads the buckets of a key. If many keys are prefetched before their look-ups, the processor waits for all of them
   * at once instead of one after the other. In a table larger than the processor's caches, this wait is most of a
   * look-up.
   */
  prefetch(keyLow: number, keyHigh: number): number {
    const slots = this.#slots;
    return (
      (slots[(keyLow & this.#mask) * BUCKET_FIELDS] as number) ^
      (slots[(keyHigh & this.#mask) * BUCKET_FIELDS] as number)
    );
  }

  /** Whether the key was inserted within the window and not removed. */
  has(keyLow: number, keyHigh: number, now: number): boolean {
    const slot = this.#find(keyLow, keyHigh);
    return slot !== NO_SLOT && (this.#slots[slot + 2] as number) > now - this.#epoch;
  }

  /** Inserts the key. Returns false, and changes nothing, if the key is present. */
  insert(keyLow: number, keyHigh: number, now: number): boolean {
    if (now - this.#epoch > REBASE_AFTER_MS) this.#rebase(now);
    const slots = this.#slots;
    const tick = now - this.#epoch;
    const found = this.#find(keyLow, keyHigh);
    if (found !== NO_SLOT) {
      if ((slots[found + 2] as number) > tick) return false;
      slots[found + 2] = tick + this.#windowMs;
      return true;
    }
    const slot = this.#slotForNewKey(keyLow, keyHigh, tick);
    slots[slot] = keyLow;
    slots[slot + 1] = keyHigh;
    slots[slot + 2] = tick + this.#windowMs;
    return true;
  }

  /** Removes the key if it is present. */
  remove(keyLow: number, keyHigh: number): void {
    const slot = this.#find(keyLow, keyHigh);
    if (slot !== NO_SLOT) this.#slots[slot + 2] = 0;
  }

  #find(keyLow: number, keyHigh: number): number {
    const slot = this.#findInBucket((keyLow & this.#mask) * BUCKET_FIELDS, keyLow, keyHigh);
    return slot !== NO_SLOT ? slot : this.#findInBucket((keyHigh & this.#mask) * BUCKET_FIELDS, keyLow, keyHigh);
  }

  /** Searches one bucket. Its four slots are written out because this is the hottest code of the warmer. */
  #findInBucket(first: number, keyLow: number, keyHigh: number): number {
    const slots = this.#slots;
    if (slots[first] === keyLow && slots[first + 1] === keyHigh && slots[first + 2] !== 0) return first;
    if (slots[first + 3] === keyLow && slots[first + 4] === keyHigh && slots[first + 5] !== 0) return first + 3;
    if (slots[first + 6] === keyLow && slots[first + 7] === keyHigh && slots[first + 8] !== 0) return first + 6;
    if (slots[first + 9] === keyLow && slots[first + 10] === keyHigh && slots[first + 11] !== 0) return first + 9;
    return NO_SLOT;
  }

  /** A slot for a new key: a free one in the emptier bucket, else the one that expires first. */
  #slotForNewKey(keyLow: number, keyHigh: number, tick: number): number {
    const slots = this.#slots;
    let best = NO_SLOT;
    let bestFree = 0;
    let oldest = NO_SLOT;
    let oldestExpiry = Number.POSITIVE_INFINITY;
    for (let half = 0, bucket = keyLow; half < 2; half++, bucket = keyHigh) {
      const first = (bucket & this.#mask) * BUCKET_FIELDS;
      let free = 0;
      let vacant = NO_SLOT;
      for (let slot = first; slot < first + BUCKET_FIELDS; slot += FIELDS_PER_SLOT) {
        const expiry = slots[slot + 2] as number;
        if (expiry <= tick) {
          free++;
          vacant = slot;
        } else if (expiry < oldestExpiry) {
          oldestExpiry = expiry;
          oldest = slot;
        }
      }
      if (free > bestFree) {
        bestFree = free;
        best = vacant;
      }
    }
    if (best !== NO_SLOT) return best;
    this.evicted++;
    return oldest;
  }

  /** Moves the epoch to now. It visits the whole table: a few milliseconds every twelve days. */
  #rebase(now: number): void {
    const slots = this.#slots;
    const by = now - this.#epoch - 1;
    for (let slot = 2; slot < slots.length; slot += FIELDS_PER_SLOT) {
      slots[slot] = Math.max(0, (slots[slot] as number) - by);
    }
    this.#epoch = now - 1;
  }
}
