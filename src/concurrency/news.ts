/** Tells those who wait that something has changed. They look for themselves whether it matters to them. */
export class News {
  readonly #waiting = new Set<() => void>();

  /** Something has changed. */
  tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Waits until something changes, `ms` at most. */
  async next(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const timer = setTimeout(resolve, ms);
    await promise;
    // Only here: a Worker numbers its timers by request, and another request may have told us.
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }
}
