import { asFailure, type Reason } from "../errors.ts";
import { Priority } from "./priority.ts";

/** Failures of the leader, not of the picture: who joined may have caused fewer misses, and may have a signature. */
const LEADERS_OWN: readonly Reason[] = ["rate_limited", "in_flight_limited", "source_redirect_refused"];

/**
 * One piece of work per name at a time within this isolate. Whoever asks for it meanwhile gets its outcome.
 *
 * In a Worker the leader's request may be cancelled, and then its promise never settles. So a follower waits for a
 * limited time and then goes on alone, and nobody joins a flight that is too old. Leaders put their work into waitUntil.
 */
export class SingleFlight<T> {
  readonly #maxMs: number;
  readonly #flights = new Map<
    string,
    { readonly outcome: Promise<T>; readonly startedAt: number; readonly priority: Priority }
  >();

  /** `maxMs`: how long a flight may last and how long a follower waits for it. */
  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  /** Number of names under way. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * Runs `work` for `name`, or joins the work under way. Rejects as the work does, for all who joined. If it failed for
   * its leader's own reasons, each of them goes on alone instead. Work that more urgent work joins gets its
   * priority. `now` in unix ms.
   */
  async run(
    name: string,
    now: () => number,
    work: () => Promise<T>,
    priority: Priority = new Priority("user"),
  ): Promise<{ value: T; joined: boolean }> {
    const flight = this.#flights.get(name);
    const left = flight === undefined ? 0 : flight.startedAt + this.#maxMs - now();
    if (flight !== undefined && left > 0) {
      flight.priority.promote(priority.priority);
      const value = await settledWithin(flight.outcome.catch(aloneOr), left);
      if (value !== LATE) return { value, joined: true };
    }
    const started = { outcome: work(), startedAt: now(), priority };
    this.#flights.delete(name);
    this.#flights.set(name, started);
    this.#forgetLost(now());
    try {
      return { value: await started.outcome, joined: false };
    } finally {
      if (this.#flights.get(name) === started) this.#flights.delete(name);
    }
  }

  /** Flights whose leader was cancelled end by time. The oldest come first. */
  #forgetLost(now: number): void {
    for (const [name, { startedAt }] of this.#flights) {
      if (now - startedAt < this.#maxMs) break;
      this.#flights.delete(name);
    }
  }
}

const LATE = Symbol("late");

function aloneOr(error: unknown): typeof LATE {
  if (LEADERS_OWN.includes(asFailure(error).reason)) return LATE;
  throw error;
}

async function settledWithin<T>(promise: Promise<T>, ms: number): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
