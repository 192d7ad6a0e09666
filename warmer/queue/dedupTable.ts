/** Slots looked at for one key: four at each of two places. */
const SLOTS_PER_PLACE = 4;

/** Int32 fields of a slot: lane 1, lane 2, expiry in ms since the table's epoch (0 = empty). */
const FIELDS = 3;

/** Int32 fields of a place. */
const PLACE = SLOTS_PER_PLACE * FIELDS;

/** Expiries are re-based before they can leave 31 bits. */
const REBASE_AFTER_MS = 2 ** 30;

const NO_SLOT = -1;

/**
 * Which keys were pushed within the window: open addressing on one typed array, 12 bytes a slot and two slots per key
 * of capacity, so 25 MB hold a million keys, off the garbage collector's heap. Keys are 64-bit hashes in two lanes;
 * each lane names one place of four slots, and a key lies in either (two-choice hashing keeps the places evenly
 * filled, so that almost nothing is evicted before the capacity is reached). Expiry is exact per key. When all eight
 * slots are taken the oldest goes and is counted: the cost is a repeated push, never a false duplicate.
 *
 * Times are ms of any steady clock, the same in all calls.
 */
export class RecentKeys {
  /** Keys that had to make room before their time. */
  evicted = 0;
  readonly #slots: Int32Array;
  readonly #mask: number;
  readonly #windowMs: number;
  #epoch: number;

  /** @param capacity keys to remember, @param windowMs how long, @param now the present time */
  constructor(capacity: number, windowMs: number, now: number) {
    let places = 2;
    while (places * SLOTS_PER_PLACE < capacity * 2) places *= 2;
    this.#mask = places - 1;
    this.#slots = new Int32Array(places * SLOTS_PER_PLACE * FIELDS);
    this.#windowMs = windowMs;
    this.#epoch = now - 1;
  }

  /** Size of the table in bytes. */
  get byteLength(): number {
    return this.#slots.byteLength;
  }

  /**
   * Reads where the key would lie. Touching the places of many keys before they are asked for lets the processor wait
   * for all of them at once, and not for each in turn; on a table larger than its caches that is most of a look-up.
   */
  touch(lane1: number, lane2: number): number {
    const slots = this.#slots;
    return (slots[(lane1 & this.#mask) * PLACE] as number) ^ (slots[(lane2 & this.#mask) * PLACE] as number);
  }

  /** Whether the key was inserted within the window and not removed. */
  has(lane1: number, lane2: number, now: number): boolean {
    const slot = this.#find(lane1, lane2);
    return slot !== NO_SLOT && (this.#slots[slot + 2] as number) > now - this.#epoch;
  }

  /** Remembers the key from now on. False, and nothing changed, when it is remembered already. */
  insert(lane1: number, lane2: number, now: number): boolean {
    if (now - this.#epoch > REBASE_AFTER_MS) this.#rebase(now);
    const slots = this.#slots;
    const tick = now - this.#epoch;
    const found = this.#find(lane1, lane2);
    if (found !== NO_SLOT) {
      if ((slots[found + 2] as number) > tick) return false;
      slots[found + 2] = tick + this.#windowMs;
      return true;
    }
    const slot = this.#vacate(lane1, lane2, tick);
    slots[slot] = lane1;
    slots[slot + 1] = lane2;
    slots[slot + 2] = tick + this.#windowMs;
    return true;
  }

  /** Forgets the key, if it is still there. */
  remove(lane1: number, lane2: number): void {
    const slot = this.#find(lane1, lane2);
    if (slot !== NO_SLOT) this.#slots[slot + 2] = 0;
  }

  #find(lane1: number, lane2: number): number {
    const slot = this.#findIn((lane1 & this.#mask) * PLACE, lane1, lane2);
    return slot !== NO_SLOT ? slot : this.#findIn((lane2 & this.#mask) * PLACE, lane1, lane2);
  }

  /** Looks through one place, its four slots written out: this is the hottest line of the warmer. */
  #findIn(first: number, lane1: number, lane2: number): number {
    const slots = this.#slots;
    if (slots[first] === lane1 && slots[first + 1] === lane2 && slots[first + 2] !== 0) return first;
    if (slots[first + 3] === lane1 && slots[first + 4] === lane2 && slots[first + 5] !== 0) return first + 3;
    if (slots[first + 6] === lane1 && slots[first + 7] === lane2 && slots[first + 8] !== 0) return first + 6;
    if (slots[first + 9] === lane1 && slots[first + 10] === lane2 && slots[first + 11] !== 0) return first + 9;
    return NO_SLOT;
  }

  /** A slot for a new key: in the emptier of its two places, else the one that expires first. */
  #vacate(lane1: number, lane2: number, tick: number): number {
    const slots = this.#slots;
    let best = NO_SLOT;
    let bestFree = 0;
    let oldest = NO_SLOT;
    let oldestExpiry = Number.POSITIVE_INFINITY;
    for (let lane = 0, place = lane1; lane < 2; lane++, place = lane2) {
      const first = (place & this.#mask) * SLOTS_PER_PLACE * FIELDS;
      let free = 0;
      let vacant = NO_SLOT;
      for (let slot = first; slot < first + SLOTS_PER_PLACE * FIELDS; slot += FIELDS) {
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

  /** Moves the epoch to now: a pass over the table, some milliseconds every twelve days. */
  #rebase(now: number): void {
    const slots = this.#slots;
    const by = now - this.#epoch - 1;
    for (let slot = 2; slot < slots.length; slot += FIELDS) {
      slots[slot] = Math.max(0, (slots[slot] as number) - by);
    }
    this.#epoch = now - 1;
  }
}
