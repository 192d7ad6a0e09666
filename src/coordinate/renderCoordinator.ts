/**
 * The Durable Object per source and region that lets one fetch and one render serve everybody. Its state is in memory
 * only (docs/decisions/flight.md): it matters for seconds, and a forgotten lease costs a second fetch, nothing else.
 */
import { DurableObject } from "cloudflare:workers";
import { ask, type CoordinatorState, type Grant, NO_RENDERS, type Outcome, reported } from "./lease.ts";

/** What a request says and is told; the Durable Object's public face, so that tests can put another behind it. */
export type CoordinatorPort = {
  /** Waits at most `waitMs` for something better than `wait`. `holder` names this attempt, unique per request. */
  ask(holder: string, key: string, waitMs: number): Promise<Grant>;
  report(holder: string, key: string, report: Outcome): Promise<void>;
};

export class Flight extends DurableObject implements CoordinatorPort {
  #state: CoordinatorState = NO_RENDERS;
  readonly #waiting = new Set<() => void>();

  async ask(holder: string, key: string, waitMs: number): Promise<Grant> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const now = Date.now();
      const [verdict, state] = ask(this.#state, holder, key, now);
      this.#state = state;
      if (verdict.do !== "wait" || now >= deadline) return verdict;
      await this.#change(Math.min(verdict.until, deadline) - now);
    }
  }

  async report(holder: string, key: string, report: Outcome): Promise<void> {
    this.#state = reported(this.#state, holder, key, report, Date.now());
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Until the next report, `ms` at most. */
  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(1, ms));
      this.#waiting.add(wake);
    });
  }
}

/** Regions a Durable Object can be hinted to; they carry the same names as R2's, and more. */
const HINTS = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "oc",
  "afr",
  "me",
] as const satisfies readonly DurableObjectLocationHint[];

/** The flight of a source (`source32` of its keys) in a region. Nothing throws here: its calls reject instead. */
export function coordinatorOf(
  namespace: DurableObjectNamespace<Flight>,
  region: string,
  source32: string,
): CoordinatorPort {
  const locationHint = HINTS.find((hint) => hint === region);
  const stub = () => {
    const id = namespace.idFromName(`${region}/${source32}`);
    return namespace.get(id, locationHint === undefined ? {} : { locationHint });
  };
  return {
    ask: async (holder, key, waitMs) => await stub().ask(holder, key, waitMs),
    report: async (holder, key, report) => await stub().report(holder, key, report),
  };
}
