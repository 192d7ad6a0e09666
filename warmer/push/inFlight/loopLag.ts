/** A longer pause between two read phases is idleness, not lag, ms. */
const LONGEST_LAG_MS = 20;

/** So many other requests in flight at most are few: then only the time in which the loop was busy counts. */
const FEW_REQUESTS = 3;

/**
 * How long responses may have waited in our own sockets. A response that is read now may have arrived at any time since
 * the event loop read responses last. So the server took at least this much less than we measure. Under load this is
 * most of what we measure. Of a few connections to a distant edge the loop mostly waits for events, and what arrives
 * then is read at once: there only its busy time counts, or the way would look short and the window would be too small.
 * With many in flight all the time counts: a queue at the edge must be seen early (`bench -- warmer --only overload`,
 * slow second). Pure: `now` is ms of the steady clock, `idle` is ms that the loop has waited for events.
 */
export class LoopLag {
  #phaseAt = Number.NEGATIVE_INFINITY;
  #idleAt = 0;
  #lagMs = 0;
  #busyMs = 0;
  #inPhase = false;

  /** Call it for each response. Returns ms. @param others requests in flight beside this one; 0 if it was alone */
  at(now: number, idle: number, others: number): number {
    if (!this.#inPhase) {
      const since = now - this.#phaseAt;
      this.#lagMs = since <= LONGEST_LAG_MS ? since : 0;
      this.#busyMs = Math.max(0, Math.min(this.#lagMs, since - (idle - this.#idleAt)));
      this.#phaseAt = now;
      this.#idleAt = idle;
      this.#inPhase = true;
      setImmediate(() => (this.#inPhase = false));
    }
    return others > 0 && others <= FEW_REQUESTS ? this.#busyMs : this.#lagMs;
  }
}
