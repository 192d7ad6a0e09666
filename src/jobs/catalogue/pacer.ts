/** Starts of exchanges at an even pace: each one so long after the one before, never two at once to catch up. */

export class Pacer {
  readonly #intervalMs: number;
  readonly #now: () => number;
  #next: number;
  #last: number | null = null;

  /** `perSecond` null: no pace. `startInMs`: the first start is so far away at the earliest. */
  constructor(perSecond: number | null, startInMs: number, now: () => number) {
    this.#intervalMs = perSecond === null ? 0 : 1000 / perSecond;
    this.#now = now;
    this.#next = now() + startInMs;
  }

  /** Resolves when the caller may start. Callers start in the order of their calls. */
  async turn(): Promise<void> {
    const now = this.#now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    this.#last = at;
    if (at > now) await new Promise((resolve) => setTimeout(resolve, Math.ceil(at - now)));
    // A timer may be early by the fraction of a millisecond, and a busy isolate late: the next start counts from now.
    const started = this.#now();
    if (started > at) {
      this.#last = Math.max(this.#last, started);
      this.#next = Math.max(this.#next, started + this.#intervalMs);
    }
  }

  /** How long ago the last start was, in milliseconds; null = there was none. */
  get lastStartMs(): number | null {
    return this.#last === null ? null : Math.max(0, this.#now() - this.#last);
  }
}
