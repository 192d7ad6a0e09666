import { ClockOffset } from "./clockOffset.ts";

/** Senders whose clocks are tracked at the same time. */
export const MAX_SENDERS = 1024;

/**
 * Names of one address that are tracked at the same time. So a flood of names fills at most a sixteenth of the table.
 */
export const MAX_NAMES_PER_ADDRESS = 64;

/** Slots that are searched for a sender. */
const PROBES = 8;

/** A known sender keeps its slot for this long after its last hint. So a flood of names does not evict it. */
const KNOWN_IDLE_MS = 60_000;

/** The age of a hint, compared with the limit. */
export type HintAge = "fresh" | "old" | "future";

/**
 * Compares the age of hints with the limit. The age is `now - t` while the sender is unknown, and always with
 * `WARM_SKEW=off`. For a known sender, the learned clock offset is subtracted. A sender is an address and the name it
 * gives, so a false stamp changes only the sender's own clock. The table of senders has a fixed size.
 */
export class AgeFilter {
  /** Age of the last hint, ms, corrected by its sender's clock offset. */
  age = 0;
  readonly #maxAgeMs: number;
  readonly #learns: boolean;
  readonly #addresses = new Int32Array(MAX_SENDERS);
  readonly #names = new Int32Array(MAX_SENDERS);
  /** Number of slots that each address uses. */
  readonly #slotsByAddress = new Map<number, number>();
  readonly #clocks: (ClockOffset | undefined)[] = new Array<ClockOffset | undefined>(MAX_SENDERS).fill(undefined);

  constructor(options: { readonly maxAgeMs: number; readonly skew: boolean }) {
    this.#maxAgeMs = options.maxAgeMs;
    this.#learns = options.skew;
  }

  /**
   * Classifies one hint and learns from it.
   * @param address 32-bit hash of the sender's address
   * @param name 32-bit hash of the name the sender gives, 0 for none
   * @param t stamp of the hint, unix ms
   * @param now our time, unix ms
   * @param queuedMs at least how long the datagram waited in the kernel's queue, ms; 0 = unknown. Used for known
   *   senders only, whose learned offset could hide the wait.
   */
  classify(address: number, name: number, t: number, now: number, queuedMs: number): HintAge {
    const clock = this.#learns ? this.#clockOf(address, name, now) : undefined;
    // Classify first, then learn. A hint that completes or resets the learning is classified by what was known before
    // it.
    const known = clock?.known === true;
    this.age = now - t - (known ? clock.base : 0);
    clock?.learn(now - t - queuedMs, now, this.#maxAgeMs);
    if (this.age < -this.#maxAgeMs) return "future";
    if (known && queuedMs > this.age) this.age = queuedMs;
    return this.age > this.#maxAgeMs ? "old" : "fresh";
  }

  /** Number of senders whose clock offset is known now. */
  knownSenders(): number {
    return this.#clocks.reduce((count, clock) => count + (clock?.known === true ? 1 : 0), 0);
  }

  /**
   * The clock of a sender. A new sender gets a slot. Undefined if all its possible slots belong to known, active
   * senders.
   */
  #clockOf(address: number, name: number, now: number): ClockOffset | undefined {
    const start = Math.imul(address ^ Math.imul(name, 0x85ebca6b), 0x9e3779b1) >>> 22;
    let free = -1;
    let idle = Number.POSITIVE_INFINITY;
    for (let i = 0; i < PROBES; i++) {
      const slot = (start + i) & (MAX_SENDERS - 1);
      const clock = this.#clocks[slot];
      if (clock === undefined) {
        if (idle !== Number.NEGATIVE_INFINITY) free = slot;
        idle = Number.NEGATIVE_INFINITY;
        continue;
      }
      if (this.#addresses[slot] === address && this.#names[slot] === name) return clock;
      if (isEvictable(clock, now) && clock.lastSeen < idle) {
        idle = clock.lastSeen;
        free = slot;
      }
    }
    if (free < 0 || !this.#claim(free, address, now)) return undefined;
    const clock = new ClockOffset();
    clock.reset(now);
    this.#clocks[free] = clock;
    this.#addresses[free] = address;
    this.#names[free] = name;
    return clock;
  }

  /**
   * Takes a slot for an address. False if the address has MAX_NAMES_PER_ADDRESS slots and none of them can be evicted.
   */
  #claim(slot: number, address: number, now: number): boolean {
    const own = this.#clocks[slot] !== undefined && this.#addresses[slot] === address;
    if (!own && (this.#slotsByAddress.get(address) ?? 0) >= MAX_NAMES_PER_ADDRESS && !this.#evictOldest(address, now))
      return false;
    this.#free(slot);
    this.#slotsByAddress.set(address, (this.#slotsByAddress.get(address) ?? 0) + 1);
    return true;
  }

  /** Evicts the name of an address that was seen longest ago. False if none may be evicted. */
  #evictOldest(address: number, now: number): boolean {
    let oldest = -1;
    let seen = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < MAX_SENDERS; slot++) {
      const clock = this.#clocks[slot];
      if (clock === undefined || this.#addresses[slot] !== address || !isEvictable(clock, now)) continue;
      if (clock.lastSeen >= seen) continue;
      seen = clock.lastSeen;
      oldest = slot;
    }
    if (oldest >= 0) this.#free(oldest);
    return oldest >= 0;
  }

  #free(slot: number): void {
    if (this.#clocks[slot] === undefined) return;
    const address = this.#addresses[slot] as number;
    const left = (this.#slotsByAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#slotsByAddress.set(address, left);
    else this.#slotsByAddress.delete(address);
    this.#clocks[slot] = undefined;
  }
}

function isEvictable(clock: ClockOffset, now: number): boolean {
  return !clock.known || now - clock.lastSeen > KNOWN_IDLE_MS;
}
