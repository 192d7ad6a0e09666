/** One budget of time for a whole exchange: headers, redirects and body together. */
import { Failure } from "../errors.ts";

/**
 * Aborts its `signal` when `ms` have passed or the caller's signal is aborted. Work that heeds no signal is left by
 * `race`, which rejects in any case. Call `stop` when done, or the timer keeps the request alive.
 */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #parent: AbortSignal | undefined;
  readonly #onParent: () => void;
  readonly #over: Promise<never>;
  readonly #ms: number;
  #why: unknown;

  constructor(ms: number, parent?: AbortSignal) {
    this.#ms = ms;
    this.signal = this.#controller.signal;
    this.#over = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.#why), { once: true });
    });
    // Nobody may be racing when it ends.
    this.#over.catch(() => {});
    this.#timer = setTimeout(() => this.expire(), ms);
    this.#parent = parent;
    this.#onParent = () => this.#abort(parent?.reason);
    if (parent?.aborted) this.#onParent();
    else parent?.addEventListener("abort", this.#onParent, { once: true });
  }

  /** Why it was aborted: `source_timeout`, or what the caller aborted with. Kept here: workerd throws a copy of it. */
  get why(): unknown {
    return this.#why;
  }

  /** Ends the exchange now as one that took too long. */
  expire(): void {
    this.#abort(new Failure("source_timeout", { limit: this.#ms }));
  }

  /** The promise's outcome, or a rejection with `why` when the time is over first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#over]);
  }

  /** Ends the timer; the caller's signal still counts. */
  disarm(): void {
    clearTimeout(this.#timer);
  }

  /** Ends the timer and lets go of the caller's signal. */
  stop(): void {
    this.disarm();
    this.#parent?.removeEventListener("abort", this.#onParent);
  }

  #abort(why: unknown): void {
    if (this.signal.aborted) return;
    this.disarm();
    this.#why = why;
    this.#controller.abort(why);
  }
}
