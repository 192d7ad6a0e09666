/** One limit of time for a whole exchange: headers, redirects and body together. */
import { Failure } from "../errors.ts";

/**
 * Aborts its `signal` when `ms` have passed or the caller's signal is aborted. For work that ignores signals `race`
 * rejects at that moment all the same. Call `stop` when done, or the timer keeps the request alive.
 */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #now: () => number;
  readonly #parent: AbortSignal | undefined;
  readonly #onParent: () => void;
  readonly #over: Promise<never>;
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #left: number;
  #armedAt = 0;
  #why: unknown;

  /** `now` in milliseconds: it measures how much time is left after a pause. */
  constructor(ms: number, now: () => number, parent?: AbortSignal) {
    this.#ms = ms;
    this.#left = ms;
    this.#now = now;
    this.signal = this.#controller.signal;
    this.#over = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.#why), { once: true });
    });
    // Nobody may be racing when it ends.
    this.#over.catch(() => {});
    this.#arm();
    this.#parent = parent;
    this.#onParent = () => this.#abort(parent?.reason);
    if (parent?.aborted) this.#onParent();
    else parent?.addEventListener("abort", this.#onParent, { once: true });
  }

  /** Why it was aborted: `source_timeout`, or the caller's reason. Kept here, because workerd throws a copy of it. */
  get why(): unknown {
    return this.#why;
  }

  /** Ends the exchange now. `limit` in milliseconds and `stage` say which limit it has passed; else the whole time. */
  expire(limit: number = this.#ms, stage = "in all"): void {
    this.#abort(new Failure("source_timeout", { limit, stage }));
  }

  /** Ends the exchange now, with a failure of another kind. */
  end(why: Failure): void {
    this.#abort(why);
  }

  /** The promise's outcome, or a rejection with `why` when the time is over first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#over]);
  }

  /** Waits for something that is not the source's fault. That time does not count. */
  async pause<T>(promise: Promise<T>): Promise<T> {
    this.disarm();
    // A clock that jumped back gives no time, and one that jumped forward takes no more than is left.
    this.#left -= Math.min(Math.max(this.#now() - this.#armedAt, 0), this.#left);
    try {
      return await promise;
    } finally {
      if (!this.signal.aborted) this.#arm();
    }
  }

  /** Stops the timer. The caller's signal still counts. */
  disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Stops the timer and forgets the caller's signal. */
  stop(): void {
    this.disarm();
    this.#parent?.removeEventListener("abort", this.#onParent);
  }

  #arm(): void {
    this.#armedAt = this.#now();
    this.#timer = setTimeout(() => this.expire(), this.#left);
  }

  #abort(why: unknown): void {
    if (this.signal.aborted) return;
    this.disarm();
    this.#why = why;
    this.#controller.abort(why);
  }
}
