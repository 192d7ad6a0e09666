/** Who may talk to a host now: its breaker, its slots, and what other isolates know of it. One per isolate. */
import { BoundedMap } from "../concurrency/boundedMap.ts";
import { Priority } from "../concurrency/priority.ts";
import { Failure, type Reason } from "../errors.ts";
import { Breaker, type BreakerRules, type Health } from "./breaker.ts";
import type { HostStore } from "./hostNews.ts";
import { type ConcurrencyRules, HostSlots } from "./hostSlots.ts";
import { type ExchangeOutcome, type HostTurn, refusalIn, seenAnswer, turnOfSlot } from "./hostTurn.ts";

/** A turn with a host, and the time to its first byte. */
export type HostPermit = {
  readonly turn: HostTurn;
  /** While others wait, the host has so long to its first byte, in milliseconds. */
  readonly firstByteMs: number;
  /** Its first byte came after `ms`. */
  noteFirstByte(ms: number): void;
  /** Ends the turn. May be called twice. */
  release(outcome: ExchangeOutcome): void;
};

/** A turn that a governor may give. `take` waits, `waitMs` at most; false: nobody governs it. Throws Failure. */
export type GovernedTurn = HostTurn & { take(waitMs: number): Promise<boolean> };

/** The governors of hosts, as one exchange sees them. */
export type Governors = {
  /** The name of the host's governor; null = it has none. */
  nameOf(host: string): string | null;
  /** A turn that is not taken yet. Null: the host has no governor. */
  turn(host: string): GovernedTurn | null;
  /** Exchanges at a time by the host's rule; null = it says nothing of them. */
  concurrencyOf(host: string): number | null;
  /**
   * A host without a governor has refused an exchange. `retryAfter` in seconds, null = none was named. Gives until when
   * (unix ms) its governor is asked from now on; 0 = it is not. Never rejects.
   */
  learn(host: string, retryAfter: number | null): Promise<number>;
  /** Until when a host without a rule has a governor, as this isolate knows it; 0 = it has none. */
  learntUntil(host: string): number;
  /** Another isolate has learnt that the host has a governor until then (unix ms). */
  absorb(host: string, until: number): void;
};

export type GuardContext = {
  readonly now: () => number;
  /** How long an exchange may wait for its turn, in milliseconds. */
  readonly queueMs: number;
  readonly priority?: Priority;
  readonly governors?: Governors;
  /** Shared with other isolates; null: this isolate alone. */
  readonly store: HostStore | null;
  /** Takes work that goes on after the answer (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
  /** Asks whether a source answers, without its body. Null: it may not be asked. Never rejects. */
  readonly probe?: (source: string) => Promise<"ok" | Failure> | null;
};

/** What other isolates found out is looked up this often per host, in the background. */
const LOOK_MS = 60_000;
const MAX_HOSTS = 1_000;

/** The limit to the first byte: so many times what the host usually takes, within bounds; `unknown` for a new host. */
const FIRST_BYTE = { times: 4, minMs: 2_000, maxMs: 5_000, unknownMs: 3_000 } as const;
/** Weight of the newest time in the moving average. */
const NEWEST = 0.25;

type Evidence = { readonly health: Extract<Health, "soft" | "hard">; readonly weight: number };

/** Failures that say something about the host. A path can cause the soft ones. */
const BY_REASON: { readonly [reason in Reason]?: Evidence } = {
  source_unreachable: { health: "hard", weight: 1 },
  source_tls: { health: "hard", weight: 1 },
  source_timeout: { health: "soft", weight: 0.5 },
};
const TOO_MANY_REQUESTS: Evidence = { health: "soft", weight: 1 };
const SERVER_ERROR: Evidence = { health: "soft", weight: 0.5 };
/** Our own refusals: they are no answer of the host. */
const NO_ANSWER: readonly Reason[] = [
  "queue_full",
  "source_saturated",
  "governor_unreachable",
  "source_breaker_open",
  "source_invalid",
  "internal",
  "misconfigured",
];

export class HostGuard {
  readonly #breaker: Breaker;
  readonly #slots: HostSlots;
  readonly #looked = new BoundedMap<string, number>(MAX_HOSTS);
  /** Moving average of the time to the first byte, by host. */
  readonly #firstByte = new BoundedMap<string, number>(MAX_HOSTS);

  constructor(rules: { readonly breaker?: BreakerRules; readonly concurrency?: ConcurrencyRules } = {}) {
    this.#breaker = new Breaker(rules.breaker);
    this.#slots = new HostSlots(rules.concurrency);
  }

  /**
   * Waits for a turn with `host`, which a request names. The turn lasts until the end of the exchange, redirects
   * included. Throws Failure `source_breaker_open` at once while the breaker is open, `queue_full` when the queue or the
   * wait is too long.
   */
  async acquire(host: string, source: string, context: GuardContext): Promise<HostPermit> {
    this.#look(host, context);
    const isProbe = await this.#admit(host, source, context);
    const turn = await this.#turn(host, host, context).catch((error: unknown) => {
      if (isProbe) this.#breaker.abandon(host);
      throw error;
    });
    return this.#permit(host, turn, (outcome) => {
      const refusal = outcome instanceof Failure && turn.governor === null ? refusalIn(outcome) : null;
      if (refusal !== null) this.#learn(host, refusal.retryAfter, context);
      if (outcome !== "abandoned") this.#record(host, source, outcome, isProbe, context);
      else if (isProbe) this.#breaker.abandon(host);
    });
  }

  /**
   * Waits for a turn with a host that a redirect leads to. These turns have slots of their own, and nothing that happens
   * in them counts against the host: whoever redirects chooses the paths. Throws as `acquire` does.
   */
  async acquireRedirected(host: string, context: GuardContext): Promise<HostPermit> {
    const retryAfter = this.#breaker.admitRedirected(host, context.now());
    if (retryAfter !== null) throw new Failure("source_breaker_open", { retryAfter });
    return this.#permit(host, await this.#turn(host, `redirected ${host}`, context), () => {});
  }

  /** A grant of the host's governor; else a slot of this isolate, under `name`. */
  async #turn(host: string, name: string, { queueMs, priority, governors }: GuardContext): Promise<HostTurn> {
    const turn = governors?.turn(host) ?? null;
    if (turn !== null && (await turn.take(queueMs))) return turn;
    const most = governors?.concurrencyOf(host) ?? null;
    return turnOfSlot(await this.#slots.acquire(name, queueMs, priority ?? new Priority("user"), most));
  }

  #permit(host: string, turn: HostTurn, record: (outcome: ExchangeOutcome) => void): HostPermit {
    const { times, minMs, maxMs, unknownMs } = FIRST_BYTE;
    const usual = this.#firstByte.get(host);
    let left = false;
    return {
      turn,
      firstByteMs: usual === undefined ? unknownMs : Math.min(Math.max(Math.round(usual * times), minMs), maxMs),
      noteFirstByte: (ms) => {
        const before = this.#firstByte.get(host) ?? ms;
        this.#firstByte.set(host, before + (ms - before) * NEWEST);
      },
      release: (outcome) => {
        if (left) return;
        left = true;
        turn.release(seenAnswer(outcome));
        record(outcome);
      },
    };
  }

  /** Whether this request is a probe. Throws source_breaker_open. */
  async #admit(host: string, source: string, context: GuardContext): Promise<boolean> {
    const admission = this.#breaker.admit(host, source, context.now());
    if (admission.admitted) return admission.probe;
    const { probe, retryAfter } = admission;
    if (probe !== null) {
      // Whoever asks first after the time open must not decide with a path of his own: ask what worked before.
      const outcome = context.probe?.(probe) ?? null;
      if (outcome === null) return true;
      this.#record(host, probe, await outcome, true, context);
      const after = this.#breaker.admit(host, source, context.now());
      if (after.admitted) return after.probe;
      throw new Failure("source_breaker_open", { retryAfter: after.retryAfter });
    }
    throw new Failure("source_breaker_open", { retryAfter });
  }

  #record(
    host: string,
    source: string,
    outcome: Exclude<ExchangeOutcome, "abandoned">,
    probe: boolean,
    context: GuardContext,
  ): void {
    const failure = outcome instanceof Failure ? outcome : null;
    const evidence = failure === null ? null : hostEvidence(failure);
    if (failure !== null && evidence === null && NO_ANSWER.includes(failure.reason)) {
      if (probe) this.#breaker.abandon(host);
      return;
    }
    const told = failure?.facts.retryAfter;
    const retryAfter = evidence !== null && typeof told === "number" ? told : null;
    const well = { health: outcome === "ok" ? "picture" : "answer", weight: 1 } as const;
    const outcomeSeen = { source, ...(evidence ?? well), retryAfter, probe };
    const change = this.#breaker.record(host, outcomeSeen, context.now());
    if (change !== undefined && change?.told !== false) this.#tell(host, context);
  }

  #learn(host: string, retryAfter: number | null, context: GuardContext): void {
    const { governors, later } = context;
    if (governors === undefined) return;
    const learning = governors.learn(host, retryAfter).then((until) => {
      if (until > 0) this.#tell(host, context);
    });
    later(learning);
  }

  /** Tells other isolates what is known of the host now. */
  #tell(host: string, { now, store, later, governors }: GuardContext): void {
    if (store === null) return;
    // Our own write must not be read back as news.
    this.#looked.set(host, now());
    const governedUntil = governors?.learntUntil(host) ?? 0;
    later(store.write(host, { open: this.#breaker.told(host), governedUntil }, now()));
  }

  /** In the background: the first picture from a host must not wait for the look-up. */
  #look(host: string, { now, store, later, governors }: GuardContext): void {
    const last = this.#looked.get(host);
    if (store === null || (last !== undefined && now() - last < LOOK_MS && now() >= last)) return;
    this.#looked.set(host, now());
    later(
      store.read(host).then(({ open, governedUntil }) => {
        if (open !== null) this.#breaker.absorb(host, open, now());
        governors?.absorb(host, governedUntil);
      }),
    );
  }
}

/** What a failure says against its host: connection and TLS failures, time-outs, 5xx and 429. Null: nothing. */
export function hostEvidence({ reason, facts }: Pick<Failure, "reason" | "facts">): Evidence | null {
  const known = BY_REASON[reason];
  if (known !== undefined) return known;
  const status = facts.value;
  if (reason === "source_refused") return status === 429 ? TOO_MANY_REQUESTS : null;
  const isServerError = typeof status === "number" && status >= 500 && status <= 599;
  return reason === "source_failed" && isServerError ? SERVER_ERROR : null;
}
