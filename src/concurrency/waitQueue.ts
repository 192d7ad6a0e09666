/** A queue in front of a limited resource: who waits, in which order, and for how long. */
import { Failure } from "../errors.ts";
import type { Priority } from "./priority.ts";

export type WaitQueueRules = {
  /** How many may wait; the next is refused. */
  readonly maxWaiting: number;
  /** How long one may wait, in milliseconds. */
  readonly waitMs: number;
};

/** Timers as arguments, so that a test needs no clock. */
export type Timers = {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
  /** Milliseconds. */
  now(): number;
};

export const SYSTEM_TIMERS: Timers = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  now: () => Date.now(),
};

type Waiting<T> = {
  readonly item: T;
  readonly priority: Priority;
  readonly admit: () => void;
  readonly refuse: () => void;
};

export class WaitQueue<T> {
  readonly #rules: WaitQueueRules;
  readonly #timers: Timers;
  readonly #changed: () => void;
  readonly #waiting: Waiting<T>[] = [];

  /** `changed` is called when another may be next: one gave up waiting, or its priority rose. */
  constructor(rules: WaitQueueRules, timers: Timers, changed: () => void) {
    this.#rules = rules;
    this.#timers = timers;
    this.#changed = changed;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Whether one more may wait. */
  get full(): boolean {
    return this.length >= this.#rules.maxWaiting;
  }

  /** Waits until `admit(item)`. Rejects with Failure queue_full after `refuse(item)`, or when the wait is too long. */
  join(item: T, priority: Priority): Promise<void> {
    let timer: unknown;
    const admitted = new Promise<void>((resolve, reject) => {
      timer = this.#timers.set(() => {
        // It was admitted or refused at the same moment.
        if (!this.#waiting.some((one) => one.item === item)) return;
        this.refuse(item);
        this.#changed();
      }, this.#rules.waitMs);
      this.#waiting.push({ item, priority, admit: resolve, refuse: () => reject(this.refusal()) });
    });
    const stop = priority.onPromote(this.#changed);
    // The owner of the timer clears it. Another request admits this one, and a Worker numbers its timers by request: it
    // would clear a timer of its own that has the same number.
    return admitted.finally(() => {
      this.#timers.clear(timer);
      stop();
    });
  }

  /** The most urgent first. The equally urgent are in order of arrival. */
  inOrder(): readonly T[] {
    // The sort is stable (ECMA-262 23.1.3.30).
    return this.#waiting.toSorted((a, b) => a.priority.rank - b.priority.rank).map(({ item }) => item);
  }

  admit(item: T): void {
    this.#take(item)?.admit();
  }

  refuse(item: T): void {
    this.#take(item)?.refuse();
  }

  refusal(): Failure {
    return new Failure("queue_full", { retryAfter: Math.max(1, Math.ceil(this.#rules.waitMs / 1000)) });
  }

  #take(item: T): Waiting<T> | undefined {
    const at = this.#waiting.findIndex((one) => one.item === item);
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }
}
