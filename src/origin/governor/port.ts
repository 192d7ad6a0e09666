/**
 * What an isolate says to the governor of a host, and what it hears. One call is a batch: it returns grants that are
 * done with, extends grants that still run, and asks for new ones. Clocks differ, so every time here is a length in
 * milliseconds, never a moment.
 *
 * The order of calls:
 * 1. An isolate has at most one call that waits. A later call of the same isolate ends the wait of the earlier one, which
 *    is answered with the grants that it has by then. So a release is sent at once, together with all wishes still open.
 * 2. A wish has a ticket of its own. Whoever asks again with the same ticket (its answer was lost, its priority has risen)
 *    gets the same grant again: the isolate knows it by its id. A release may be sent twice. So every call may be repeated.
 * 3. A grant whose isolate has died ends by itself. No message is needed.
 */

import type { Politeness } from "../../config/politeness.ts";

export type { Politeness } from "../../config/politeness.ts";

/** Who waits for the picture. Served in this order: a reader, a push of the warmer, a job (backfill). */
export type AskKind = "user" | "warm" | "job";

export type Wish = {
  /** Unique in the isolate for as long as the wish or its grant lives. */
  readonly ticket: string;
  readonly kind: AskKind;
  /** How long the wish has waited before this call. Older wishes of a kind go first. */
  readonly waitedMs: number;
  /** The size in bytes if it is known, for example from an earlier fetch. */
  readonly bytes?: number;
  /** It is asked before it is certain that the exchange takes place. Absent: no. */
  readonly ahead?: boolean;
};

/** What became of a grant. `failed`: no answer, or any other status. `unused`: the exchange never started. */
export type SeenAnswer =
  | { readonly kind: "ok" | "failed" | "unused" }
  /** 429, or 503 with Retry-After. `retryAfter` in seconds; null = the answer named none. */
  | { readonly kind: "refused"; readonly retryAfter: number | null };

/** A grant that is done with. */
export type Release = {
  /** null: an exchange that ran without a grant, since its host had no limits. Told only when it was refused. */
  readonly id: string | null;
  readonly answer: SeenAnswer;
  /** Body bytes that came, in steps of PROFILE_MS from the start of the exchange: `[4096, 0, 900]`. All of them. */
  readonly received: readonly number[];
};

/** A grant that still runs and needs more time, more bytes, or both. */
export type Renewal = {
  readonly id: string;
  /** As in `Release`: all bytes until now. */
  readonly received: readonly number[];
  /** How many bytes the exchange needs in all, as far as known (Content-Length). */
  readonly bytes: number;
};

/** The step of `received`, in milliseconds. */
export const PROFILE_MS = 100;

export type GovernorCall = {
  /** Unique per isolate. */
  readonly isolate: string;
  /** Counts the calls of the isolate, from 1. A call with a smaller number than one that waits gets nothing new. */
  readonly call: number;
  /** The region in which the isolate fetches. */
  readonly region: string;
  /** The rule of the table with the live settings over it; null = the host has none, what it has learnt counts. */
  readonly rule: Politeness | null;
  /** Half of the shortest round trip to the governor that the isolate has measured lately (without `heldMs`); 0 at first. */
  readonly tripMs: number;
  /** How long the call may wait for a first grant. 0 = the answer comes at once. */
  readonly waitMs: number;
  readonly wants: readonly Wish[];
  readonly releases: readonly Release[];
  readonly renewals: readonly Renewal[];
};

export type Grant = {
  readonly ticket: string;
  readonly id: string;
  /** The exchange starts so long after the answer has come. */
  readonly startInMs: number;
  /**
   * How late it may start. Lateness is `started - sent - heldMs - 2 * tripMs - startInMs`, where `started` and `sent` (of
   * the call) are read from the isolate's own clock and `tripMs` is the one that the call named. Who is later does not
   * start: it releases the grant as `unused` and asks again.
   */
  readonly startWithinMs: number;
  /** The exchange is over, ended by the isolate if need be, so long after the answer has come, or it was renewed. */
  readonly leaseMs: number;
  /**
   * So many body bytes may be read. When it needs more (Content-Length says so, or they have come), it stops to read and
   * asks for them with a renewal. null = no limit.
   */
  readonly bytes: number | null;
};

/** Which limit kept a wish waiting. `closed`: the host has said Retry-After. */
export type Binding = "slots" | "pace" | "bytes" | "day" | "closed";

/** A wish without a grant. It may be asked again with the same ticket. */
export type Refusal = {
  readonly ticket: string;
  readonly binding: Binding;
  /** The estimate until a grant could be given. */
  readonly waitMs: number;
};

export type GovernorAnswer = {
  /** How long the governor held the call. */
  readonly heldMs: number;
  readonly grants: readonly Grant[];
  readonly refusals: readonly Refusal[];
  /** `leaseMs` and `bytes` as in a grant; `bytes` counts from the start. One that is missing here is over: end it at once. */
  readonly renewed: readonly Pick<Grant, "id" | "leaseMs" | "bytes">[];
  /** The limits in force at this governor: the rule, what was learnt, or the share of a region. */
  readonly limits: Politeness;
  /** How long the isolate goes on asking for this host. 0 = it has no limits (any more): ask nobody. */
  readonly governedMs: number;
};

/** The governor of one group of hosts, as an isolate sees it. Rejects when it cannot be reached. */
export type GovernorPort = { ask(call: GovernorCall): Promise<GovernorAnswer> };
