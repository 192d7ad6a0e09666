/**
 * The Durable Object per source and region that lets one fetch and one render serve everybody. It grants leases and
 * hears outcomes. Its state is in memory only (docs/inside/decisions/coordinator.md): it matters for seconds, and a
 * forgotten lease costs a second fetch, nothing else.
 */
import { DurableObject } from "cloudflare:workers";
import {
  type CoordinatorState,
  type Grant,
  grantFor,
  NO_RENDERS,
  type Outcome,
  type Terms,
  withOutcome,
} from "./coordinatorState.ts";
import type { CoordinatorPort } from "./lease.ts";

export class RenderCoordinator extends DurableObject {
  #state: CoordinatorState = NO_RENDERS;
  readonly #waiting = new Set<() => void>();

  /**
   * `epoch`: the purge epoch that the caller knows; an older Worker names none. Who takes over what a push has claimed
   * does so when its time of waiting is over.
   */
  async ask(holder: string, key: string, waitMs: number, epoch = 0, terms: Terms = {}): Promise<Grant> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const now = Date.now();
      const takeOver = terms.takeOver === true && now >= deadline;
      const [grant, state] = grantFor(this.#state, holder, key, now, epoch, { ...terms, takeOver });
      this.#state = state;
      if (grant.do !== "wait" || now >= deadline) return grant;
      await this.#change(Math.min(grant.until, deadline) - now);
    }
  }

  async report(holder: string, key: string, outcome: Outcome, epoch = 0): Promise<void> {
    this.#state = withOutcome(this.#state, holder, key, outcome, Date.now(), epoch);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Waits for the next outcome, `ms` at most. */
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

/** Regions that a Durable Object can be hinted to. They carry the same names as R2's, and there are more of them. */
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

/**
 * The coordinator of a source (`source32` of its keys) in a region, for a caller who knows of purges until `epoch`
 * (unix ms). Nothing throws here: its calls reject instead.
 */
export function coordinatorOf(
  namespace: DurableObjectNamespace<RenderCoordinator>,
  region: string,
  source32: string,
  epoch = 0,
): CoordinatorPort {
  const locationHint = HINTS.find((hint) => hint === region);
  let opened: DurableObjectStub<RenderCoordinator> | undefined;
  // One stub for all calls: what is sent over one arrives in its order.
  const call = async <T>(use: (stub: DurableObjectStub<RenderCoordinator>) => Promise<T>): Promise<T> => {
    const id = () => namespace.idFromName(`${region}/${source32}`);
    opened ??= namespace.get(id(), locationHint === undefined ? {} : { locationHint });
    try {
      return await use(opened);
    } catch (error) {
      // A stub that has failed stays broken.
      opened = undefined;
      throw error;
    }
  };
  return {
    ask: (holder, key, waitMs, terms) => call(async (stub) => await stub.ask(holder, key, waitMs, epoch, terms)),
    report: (holder, key, outcome) => call(async (stub) => await stub.report(holder, key, outcome, epoch)),
  };
}
