import { ClockOffset } from "./clockOffset.ts";

/** Senders whose clocks are remembered at once. */
export const MAX_SENDERS = 1024;

/** Names of one address that are remembered at once: a flood of them fills a sixteenth of the table. */
export const MAX_NAMES_PER_ADDRESS = 64;

/** Slots a newcomer may take the place in. */
const PROBES = 8;

/** A known sender keeps its slot this long after its last hint, so that a flood of names does not push it out. */
const KNOWN_IDLE_MS = 60_000;

/** Where a hint's age lies against the limit. */
export type HintAge = "fresh" | "old" | "future";

/**
 * Judges how old a hint is. `now - t` is compared as it stands until the sender is known, and always with
 * `WARM_SKEW=off`; after that its learned clock offset is taken off first. A sender is its address and the name it
 * gives, so a lying one moves only its own clock. The table of senders is bounded.
 */
export class AgeFilter {
  /** Age of the hint judged last, ms, its sender's clock allowed for. */
  age = 0;
  readonly #maxAgeMs: number;
  readonly #learns: boolean;
  readonly #addresses = new Int32Array(MAX_SENDERS);
  readonly #names = new Int32Array(MAX_SENDERS);
  /** Slots taken by each address. */
  readonly #slotsByAddress = new Map<number, number>();
  readonly #clocks: (ClockOffset | undefined)[] = new Array<ClockOffset | undefined>(MAX_SENDERS).fill(undefined);

  constructor(options: { readonly maxAgeMs: number; readonly skew: boolean }) {
    this.#maxAgeMs = options.maxAgeMs;
    this.#learns = options.skew;
  }

  /**
   * @param address 32-bit hash of the sender's address
   * @param name 32-bit hash of the name it gives itself, 0 for none
   * @param t the hint's stamp, unix ms
   * @param now our time, unix ms
   * @param queuedMs how long at least the datagram lay in the kernel's queue, 0 when unknown; it counts where a learned
   * offset may hide a wait
   */
  classify(address: number, name: number, t: number, now: number, queuedMs: number): HintAge {
    const clock = this.#learns ? this.#clockOf(address, name, now) : undefined;
    // The judgement comes first: a hint that ends or begins the learning is still judged by what was known before it.
    const known = clock?.known === true;
    this.age = now - t - (known ? clock.base : 0);
    clock?.learn(now - t - queuedMs, now, this.#maxAgeMs);
    if (this.age < -this.#maxAgeMs) return "future";
    if (known && queuedMs > this.age) this.age = queuedMs;
    return this.age > this.#maxAgeMs ? "old" : "fresh";
  }

  /** Number of senders whose clock is known now. */
  knownSenders(): number {
    return this.#clocks.reduce((count, clock) => count + (clock?.known === true ? 1 : 0), 0);
  }

  /** The sender's slot, a newcomer's included; undefined when all its slots belong to known, active senders. */
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

  /** Counts a slot for an address; false when it has as many as it may and all of them are in use. */
  #claim(slot: number, address: number, now: number): boolean {
    const own = this.#clocks[slot] !== undefined && this.#addresses[slot] === address;
    if (!own && (this.#slotsByAddress.get(address) ?? 0) >= MAX_NAMES_PER_ADDRESS && !this.#evictOldest(address, now))
      return false;
    this.#free(slot);
    this.#slotsByAddress.set(address, (this.#slotsByAddress.get(address) ?? 0) + 1);
    return true;
  }

  /** Forgets the name of an address that was seen longest ago, if there is one that may go. */
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
