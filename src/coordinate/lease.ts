/**
 * A request's side of the coordinator: it asks for a grant, does what the grant says, and reports an outcome. Without a
 * coordinator, or when it fails or hangs, everybody works alone: that costs a second fetch, nothing else.
 */
import { withTimeout } from "../concurrency/timeout.ts";
import { ANSWERS, asFailure } from "../errors.ts";
import { isShared } from "../keepFailure.ts";
import type { Grant, Outcome, Terms } from "./coordinatorState.ts";

/** How long a request waits for the work of another one, in milliseconds. */
export const GRANT_WAIT_MS = 8_000;
/** How much longer the coordinator may take to answer; after that it counts as hanging. */
export const COORDINATOR_SILENCE_MS = 1_000;
/** How long an outcome may be under way to the coordinator, in milliseconds; after that it counts as lost. */
export const REPORT_MS = 5_000;
/** How long a push's claim holds, in milliseconds: a fetch, a render and a trip over an ocean. */
export const CLAIM_MS = 5_000;
/** The most that others hear of a failure, in seconds: it is our word, not their own experience. */
const MAX_FAILED_SECONDS = 5;

/** What a request says and hears; the public face of the Durable Object, so that tests can put another behind it. */
export type CoordinatorPort = {
  /** Waits at most `waitMs` for something better than `wait`. `holder` names this attempt, unique per request. */
  ask(holder: string, key: string, waitMs: number, terms?: Terms): Promise<Grant>;
  report(holder: string, key: string, outcome: Outcome): Promise<void>;
};

/**
 * `alone`: nobody coordinates. `claimed`: a push, which goes on before it is answered. A wait that was too long becomes
 * `read`: look once more, then go on alone.
 */
export type Decision =
  | Exclude<Grant, { do: "wait" | "fetch" | "render" }>
  /** `joined`: after a push that took too long. Its picture may lie in the region, and its word is still under way. */
  | { readonly do: "fetch" | "render"; readonly joined?: boolean }
  | { readonly do: "alone" }
  | { readonly do: "claimed" };

export type LeaseRules = {
  /** How long to wait for the work of another request, in milliseconds. */
  readonly waitMs?: number;
  /** The same for the work of a push, which is taken over after that. */
  readonly joinMs?: number;
  /** For a push: it claims the work and does not wait for the answer. */
  readonly claim?: boolean;
  /** Called when another request works on it, before the wait for that. */
  readonly onWait?: () => void;
};

export class Lease {
  readonly #port: CoordinatorPort | null;
  readonly #holder: string;
  readonly #key: string;
  readonly #waitMs: number;
  readonly #joinMs: number;
  readonly #claims: boolean;
  readonly #onWait: () => void;
  #decision: Promise<Decision> | undefined;
  #isRefused = false;
  #ended = false;

  /** `port` null = no coordinator is bound. `holder` is unique per attempt. */
  constructor(port: CoordinatorPort | null, holder: string, key: string, rules: LeaseRules = {}) {
    const { waitMs = GRANT_WAIT_MS, joinMs = waitMs, claim = false, onWait = () => {} } = rules;
    this.#port = port;
    this.#holder = holder;
    this.#key = key;
    this.#waitMs = waitMs;
    this.#joinMs = Math.min(joinMs, waitMs);
    this.#claims = claim;
    this.#onWait = onWait;
  }

  /** Asks the coordinator, once. A push gets `claimed` at once. Never rejects. */
  async ask(): Promise<Decision> {
    const port = this.#port;
    if (port === null) return ALONE;
    this.#decision ??= this.#claims ? this.#claim(port) : this.#ask(port);
    return this.#claims ? CLAIMED : this.#decision;
  }

  /**
   * What a push follows whose claim was refused: it then waits for the work of the other one, as a reader does. Null, at
   * once, while nobody has refused it. Never rejects.
   */
  async refused(): Promise<Decision | null> {
    if (!this.#isRefused || this.#port === null) return null;
    this.#isRefused = false;
    return (this.#decision = this.#ask(this.#port));
  }

  /**
   * Reports. `stored`, `failed` and `released` end the lease. A push does not wait for the answer to its claim: what it
   * sends over one port arrives in its order. Never rejects.
   */
  async report(outcome: Outcome): Promise<void> {
    if (ENDS[outcome.kind]) this.#ended = true;
    if (this.#port === null) return;
    await withTimeout(this.#port.report(this.#holder, this.#key, outcome), REPORT_MS).catch(() => {});
  }

  /**
   * Ends the lease with what `work` comes to: `stored`, or `released` when it rejects. `leaving`: from then on `work` is on
   * its way, and those who wait are told.
   */
  async reportStored(work: Promise<unknown>, leaving: Promise<unknown> = work): Promise<void> {
    this.#ended = true;
    const outcome = (did: Promise<unknown>) =>
      did.then(
        () => ({ kind: "stored" }) as const,
        () => ({ kind: "released" }) as const,
      );
    const early = await outcome(Promise.race([leaving, work]));
    await this.report(early);
    const late = await outcome(work);
    if (late.kind !== early.kind) await this.report(late);
  }

  /** Others who ask for the source meanwhile hear of its failure for a moment; of a failure of our own they do not. */
  async reportFailure(error: unknown): Promise<void> {
    const { reason, facts } = asFailure(error);
    const seconds = Math.min(MAX_FAILED_SECONDS, ANSWERS[reason].cacheSeconds);
    if (isShared(reason) && seconds > 0) await this.report({ kind: "failed", reason, facts, seconds });
    // The answer may still be under way: what it grants would be held by nobody.
    else await this.release();
  }

  /** Gives the lease back unless an outcome has ended it or it was never asked for. Never rejects. */
  async release(): Promise<void> {
    if (this.#ended || this.#decision === undefined) return;
    this.#ended = true;
    const decision = await this.#decision;
    if (decision.do === "fetch" || decision.do === "render") await this.report({ kind: "released" });
  }

  /**
   * Asked twice where there is something to wait for: so we can tell an object that hangs from one that lets us wait. A
   * third time, when somebody else has taken over from the push that we joined.
   */
  async #ask(port: CoordinatorPort): Promise<Decision> {
    try {
      let grant = await this.#askWithin(port, 0);
      let joined = false;
      if (grant.do === "wait") this.#onWait();
      for (let waited = 0; grant.do === "wait" && waited < this.#waitMs; ) {
        const takeOver = grant.claimed === true;
        joined ||= takeOver;
        const ms = takeOver ? this.#joinMs : this.#waitMs - waited;
        grant = await this.#askWithin(port, ms, { takeOver });
        waited += Math.max(1, ms);
      }
      if (grant.do === "wait") return READ;
      if (joined && (grant.do === "fetch" || grant.do === "render")) return { ...grant, joined };
      // We ignore a word that only another version of the Worker knows.
      return DECISIONS.includes(grant.do) ? grant : ALONE;
    } catch {
      return ALONE;
    }
  }

  async #claim(port: CoordinatorPort): Promise<Decision> {
    try {
      const grant = await this.#askWithin(port, 0, { claimMs: CLAIM_MS });
      this.#isRefused = grant.do !== "fetch" && grant.do !== "render";
      return grant.do === "wait" ? READ : grant;
    } catch {
      return ALONE;
    }
  }

  #askWithin(port: CoordinatorPort, ms: number, terms?: Terms): Promise<Grant> {
    return withTimeout(port.ask(this.#holder, this.#key, ms, terms), ms + COORDINATOR_SILENCE_MS);
  }
}

const ALONE = { do: "alone" } as const;
const CLAIMED = { do: "claimed" } as const;
const READ = { do: "read" } as const;
const DECISIONS: readonly string[] = ["read", "fetch", "render", "fail"] satisfies Decision["do"][];

/** Whether an outcome is the last one of its lease. */
const ENDS = { kept: false, unkept: false, stored: true, failed: true, released: true } as const satisfies Record<
  Outcome["kind"],
  boolean
>;
