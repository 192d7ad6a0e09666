/**
 * How long responses may have waited in our own sockets. A response that is read now may have arrived at any time since
 * the event loop read responses last, except while the loop waited for events: then it would have been read at once. So
 * the server took at least this much less than we measure. Under load this is most of what we measure. Pure: `now` is ms
 * of the steady clock, `idle` is ms that the loop has waited for events since some start.
 */
export class LoopLag {
  #phaseAt: number | undefined;
  #idleAt = 0;
  #lagMs = 0;
  #inPhase = false;

  /** Call it for each response. Returns ms. */
  at(now: number, idle: number): number {
    if (!this.#inPhase) {
      const since = now - (this.#phaseAt ?? now);
      this.#lagMs = Math.max(0, since - (idle - this.#idleAt));
      this.#phaseAt = now;
      this.#idleAt = idle;
      this.#inPhase = true;
      setImmediate(() => (this.#inPhase = false));
    }
    return this.#lagMs;
  }
}
