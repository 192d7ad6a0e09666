/** Requests to a host at an even pace: each one so long after the one before, never two at once to catch up. */

export class Pacer {
  readonly #intervalMs: number;
  readonly #now: () => number;
  /** When the next picture may begin, and the next request may leave, in milliseconds. */
  #begins: number;
  #leaves: number;
  #left: number | null = null;

  /** `perSecond` null: no pace. `startInMs`: the first request is so far away at the earliest. */
  constructor(perSecond: number | null, startInMs: number, now: () => number) {
    this.#intervalMs = perSecond === null ? 0 : 1000 / perSecond;
    this.#now = now;
    this.#begins = now() + startInMs;
    this.#leaves = this.#begins;
  }

  /** When the next picture may begin, in milliseconds. */
  get nextMs(): number {
    return Math.max(this.#begins, this.#leaves);
  }

  /** Resolves when a picture may begin. It waits here, so that its request waits little while the source's time counts. */
  async begin(): Promise<void> {
    const at = Math.max(this.#now(), this.nextMs);
    this.#begins = at + this.#intervalMs;
    await this.#until(at);
  }

  /** Resolves when a request may leave: a picture's first one, a redirect's, a second try's. */
  async leave(): Promise<void> {
    const at = Math.max(this.#now(), this.#leaves);
    this.#leaves = at + this.#intervalMs;
    await this.#until(at);
    // The isolate may have been busy: the next one counts from now.
    const left = this.#now();
    this.#left = left;
    this.#leaves = Math.max(this.#leaves, left + this.#intervalMs);
  }

  /** How long ago the last request left, in milliseconds; null = there was none. */
  get lastStartMs(): number | null {
    return this.#left === null ? null : Math.max(0, this.#now() - this.#left);
  }

  async #until(at: number): Promise<void> {
    // A timer may be early by the fraction of a millisecond.
    for (let ms = at - this.#now(); ms > 0; ms = at - this.#now()) {
      await new Promise((resolve) => setTimeout(resolve, Math.ceil(ms)));
    }
  }
}
