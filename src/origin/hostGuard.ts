/** Who may talk to a host now: its breaker and its slots, and what other isolates know of it. One per isolate. */
import { Failure, type Reason } from "../errors.ts";
import { Breaker, type BreakerRules, type Open } from "./breaker.ts";
import { type ConcurrencyRules, HostSlots } from "./hostSlots.ts";

/** Where isolates tell each other of open breakers. */
export type HostStore = {
  /** The host's open breaker, or null. Never rejects. */
  read(host: string): Promise<Open | null>;
  /** null: it has closed. Never rejects. */
  write(host: string, open: Open | null, now: number): Promise<void>;
};

/** Leaves with what became of it; "abandoned": nothing was learnt about the host. May be called twice. */
export type HostPermit = { release(outcome: "ok" | "abandoned" | Failure): void };

export type GuardContext = {
  readonly now: () => number;
  /** How long an exchange may wait for its turn, in milliseconds. */
  readonly queueMs: number;
  /** Shared with other isolates; null: this isolate alone. */
  readonly store: HostStore | null;
  /** Takes work that goes on after the answer (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
};

/** What others found out is looked up this often per host, in the background. */
const LOOK_MS = 60_000;
const MAX_LOOKED = 1_000;
const POLL_MS = { first: 5, longest: 80 };

/** Failures of the host, not of one picture; statuses are looked at below. */
const HOST_FAILURES: readonly Reason[] = ["source_unreachable", "source_tls", "source_timeout"];

export class HostGuard {
  readonly #breaker: Breaker;
  readonly #slots: HostSlots;
  readonly #looked = new Map<string, number>();

  constructor(rules: { readonly breaker?: BreakerRules; readonly concurrency?: ConcurrencyRules } = {}) {
    this.#breaker = new Breaker(rules.breaker);
    this.#slots = new HostSlots(rules.concurrency);
  }

  /**
   * Waits for a turn with `host`. Throws Failure `source_breaker_open` at once while its breaker is open, `queue_full`
   * when the line or the wait is too long.
   */
  async acquire(host: string, source: string, context: GuardContext): Promise<HostPermit> {
    const { now, queueMs } = context;
    this.#look(host, context);
    const admission = this.#breaker.admit(host, now());
    if (!admission.admitted) throw new Failure("source_breaker_open", { retryAfter: admission.retryAfter });
    const { probe } = admission;
    const ticket = this.#slots.ticket();
    const started = now();
    for (let pause = POLL_MS.first; ; pause = Math.min(pause * 2, POLL_MS.longest)) {
      const turn = this.#slots.poll(host, ticket, now());
      if (turn === "in") break;
      if (turn === "full" || now() - started >= queueMs) {
        this.#slots.release(host, ticket);
        if (probe) this.#breaker.abandon(host);
        throw new Failure("queue_full", { retryAfter: Math.max(1, Math.ceil(queueMs / 1000)) });
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    let left = false;
    return {
      release: (outcome) => {
        if (left) return;
        left = true;
        this.#slots.release(host, ticket);
        if (outcome !== "abandoned") this.#record(host, source, outcome, probe, context);
        else if (probe) this.#breaker.abandon(host);
      },
    };
  }

  #record(host: string, source: string, outcome: "ok" | Failure, probe: boolean, { now, store, later }: GuardContext) {
    const failed = outcome !== "ok" && isHostFailure(outcome);
    const told = outcome === "ok" ? undefined : outcome.facts.retryAfter;
    const retryAfter = failed && typeof told === "number" ? told : null;
    const change = this.#breaker.record(host, { source, failed, retryAfter, probe }, now());
    if (change === undefined || store === null) return;
    // Our own write must not be read back as news.
    this.#noteLooked(host, now());
    later(store.write(host, change, now()));
  }

  /** Not waited for: the first picture from a host must not pay for the look-up, the fortieth has it. */
  #look(host: string, { now, store, later }: GuardContext): void {
    const last = this.#looked.get(host);
    if (store === null || (last !== undefined && now() - last < LOOK_MS && now() >= last)) return;
    this.#noteLooked(host, now());
    later(
      store.read(host).then((open) => {
        if (open !== null) this.#breaker.absorb(host, open, now());
      }),
    );
  }

  #noteLooked(host: string, at: number): void {
    this.#looked.delete(host);
    this.#looked.set(host, at);
    for (const oldest of this.#looked.keys()) {
      if (this.#looked.size <= MAX_LOOKED) break;
      this.#looked.delete(oldest);
    }
  }
}

/** Connect and TLS failures, time-outs, 5xx and 429: what says that the host is not well. */
export function isHostFailure(failure: Failure): boolean {
  if (HOST_FAILURES.includes(failure.reason)) return true;
  const status = failure.facts.value;
  if (failure.reason === "source_refused") return status === 429;
  return failure.reason === "source_failed" && typeof status === "number" && status >= 500 && status <= 599;
}
