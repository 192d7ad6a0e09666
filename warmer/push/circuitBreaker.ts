/** When a region counts as down, and for how long it gets no requests. Times in ms. */
export type BreakerPolicy = {
  /** Failures in a row. */
  readonly failures: number;
  /** First pause. Each failed trial doubles it, up to the longest. */
  readonly pauseMs: number;
  readonly longestPauseMs: number;
};

export const REGION_BREAKER = { failures: 5, pauseMs: 500, longestPauseMs: 30_000 } as const satisfies BreakerPolicy;

export type BreakerState = "closed" | "open" | "half-open";

/**
 * Circuit breaker of one region. Closed until enough requests in a row fail, then open for a pause, then half-open: one
 * trial at a time until one succeeds. Pure: `now` is ms of a steady clock.
 */
export class CircuitBreaker {
  readonly #policy: BreakerPolicy;
  #failures = 0;
  #openUntil = 0;
  #pauseMs: number;
  #unreachable = false;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
    this.#pauseMs = policy.pauseMs;
  }

  state(now: number): BreakerState {
    if (this.#failures < this.#policy.failures) return "closed";
    return now < this.#openUntil ? "open" : "half-open";
  }

  succeeded(): void {
    this.#failures = 0;
    this.#unreachable = false;
    this.#pauseMs = this.#policy.pauseMs;
  }

  /** The region cannot be reached at all: opens at once. */
  trip(now: number): void {
    this.#failures = Math.max(this.#failures, this.#policy.failures - 1);
    this.failed(now);
    this.#unreachable = true;
  }

  /**
   * A connection opened: ends the pause after a trip, so that the next request is a trial. A region that answers with
   * failures keeps its pause, however often connections to it open.
   */
  allowTrial(now: number): void {
    if (!this.#unreachable) return;
    this.#unreachable = false;
    this.#openUntil = Math.min(this.#openUntil, now);
  }

  /**
   * One request or connection failed. Requests that were in flight when the breaker opened do not lengthen the pause.
   */
  failed(now: number): void {
    const before = this.state(now);
    if (before === "open") return;
    this.#failures++;
    if (this.state(now) === "closed") return;
    if (before === "half-open") this.#pauseMs = Math.min(this.#pauseMs * 2, this.#policy.longestPauseMs);
    this.#openUntil = now + this.#pauseMs;
  }
}
