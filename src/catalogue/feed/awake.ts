/** How long a Durable Object was awake: it counts as awake for IDLE_MS after each call. */

const IDLE_MS = 10_000;

export class Awake {
  #since = 0;

  /** A call has come at `now` (unix ms). Gives the milliseconds awake since the call before. */
  call(now: number): number {
    const ms = Math.min(IDLE_MS, now - this.#since);
    this.#since = now;
    return Math.max(0, ms);
  }
}
