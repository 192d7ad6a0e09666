/** Datagrams of one turn of the event loop: at least so many, and from where on there is no limit to speak of. */
const MIN_LIMIT = 64;
const MAX_LIMIT = 4096;

/** So many more after each turn that did not overflow. */
const GROWTH = 32;

/**
 * How many datagrams one turn of the event loop may fetch. Where more comes in than can be pushed, answers, which free
 * connections, must get their turn, and what is read only to be thrown away is work lost: better the kernel drops it,
 * which costs next to nothing. So a turn after which hints had to go halves what the next one fetches, and every other
 * turn adds a little (additive increase, multiplicative decrease, as congestion control does it: Chiu and Jain 1989).
 */
export class ReceiveQuota {
  /** What may still be fetched in this turn. */
  left = MAX_LIMIT;
  #limit = MAX_LIMIT;
  #overflow = 0;

  /** Ends a turn. `overflow`: hints so far that had to go for want of slotMemory. */
  endIteration(overflow: number): void {
    const used = this.#limit - this.left;
    if (overflow !== this.#overflow) this.#limit = Math.max(MIN_LIMIT, used >> 1);
    else this.#limit = Math.min(MAX_LIMIT, this.#limit + GROWTH);
    this.#overflow = overflow;
    this.left = this.#limit;
  }
}
