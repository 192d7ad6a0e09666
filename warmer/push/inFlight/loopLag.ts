/** A longer pause between two read phases is idleness, not lag, ms. */
const LONGEST_LAG_MS = 20;

/**
 * How long responses may have waited in our own sockets. A response that is read now may have arrived at any time since
 * the event loop read responses last. So the server took at least this much less than we measure. Under load this is
 * most of what we measure. Pure: `now` is ms of the steady clock.
 */
export class LoopLag {
  #phaseAt = Number.NEGATIVE_INFINITY;
  #lagMs = 0;
  #inPhase = false;

  /** Call it for each response. Returns ms. */
  at(now: number): number {
    if (!this.#inPhase) {
      const since = now - this.#phaseAt;
      this.#lagMs = since <= LONGEST_LAG_MS ? since : 0;
      this.#phaseAt = now;
      this.#inPhase = true;
      setImmediate(() => (this.#inPhase = false));
    }
    return this.#lagMs;
  }
}
