/** Limits of the datagrams per loop iteration. The upper one is no limit in practice. */
const MIN_LIMIT = 64;
const MAX_LIMIT = 4096;

/** Added to the limit after each iteration without overflow. */
const GROWTH = 32;

/**
 * How many datagrams one event loop iteration may read. Under overload, responses must be read too, because they free
 * connections; and a hint that is read only to be dropped is wasted work. A drop in the kernel costs almost nothing. So
 * an iteration that overflows a queue halves the limit of the next one, and every other iteration raises it a little
 * (additive increase, multiplicative decrease: Chiu and Jain 1989).
 */
export class ReceiveQuota {
  /** Datagrams that may still be read in this iteration. */
  left = MAX_LIMIT;
  #limit = MAX_LIMIT;
  #overflow = 0;

  /**
   * Ends an iteration.
   * @param overflow hints dropped so far because a queue was full
   */
  endIteration(overflow: number): void {
    const used = this.#limit - this.left;
    if (overflow !== this.#overflow) this.#limit = Math.max(MIN_LIMIT, used >> 1);
    else this.#limit = Math.min(MAX_LIMIT, this.#limit + GROWTH);
    this.#overflow = overflow;
    this.left = this.#limit;
  }
}
