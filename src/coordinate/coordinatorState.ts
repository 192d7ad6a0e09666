/**
 * Who may do what for one source in one region: a state machine without clock or I/O. The Durable Object in
 * renderCoordinator.ts holds one state. All that it says is advice that saves work; nothing is lost when it is forgotten.
 *
 * There are two kinds of lease: one on the source (one holder fetches it) and one per rendition (one holder renders it).
 * A push holds its leases as a claim: it begins before it knows whether it was granted, and a reader may take them over.
 * A lease ends when its holder reports an outcome, or by time when the holder has died.
 */
import type { FailureFacts, Reason } from "../errors.ts";

/** How long a holder has, in milliseconds. A source's whole exchange and a render usually take less. */
export const LEASE_MS = 15_000;
/** How long a finished rendition is remembered: who asks reads it from the region's bucket. */
export const DONE_MS = 60_000;

type Lease = {
  readonly holder: string;
  readonly until: number;
  /** A push of the warmer holds it. Readers join it for a limited time, and take it over after that. */
  readonly claimed: boolean;
};
type Done = {
  readonly doneUntil: number;
  /** Who said so. */
  readonly by: string;
};
type Refusal = { readonly reason: Reason; readonly facts: FailureFacts; readonly until: number };

export type CoordinatorState = {
  /** The newest purge epoch of the source's host that anybody has named, unix ms. Nothing else here is older. */
  readonly epoch: number;
  readonly source: Lease | null;
  /** The original lies in the region's bucket until then; 0 = it does not. */
  readonly originalUntil: number;
  readonly refusal: Refusal | null;
  /** By rendition key. */
  readonly renders: ReadonlyMap<string, Lease | Done>;
};

export const NO_RENDERS: CoordinatorState = {
  ...{ epoch: 0, source: null, originalUntil: 0, refusal: null },
  renders: new Map(),
};

export type Grant =
  /** Somebody made it: read it from the region's bucket. */
  | { readonly do: "read" }
  /** You hold the source and the rendition: fetch, keep the original, render, store, report. */
  | { readonly do: "fetch" }
  /** You hold the rendition: render it from the kept original, store, report. */
  | { readonly do: "render" }
  /** The source failed a moment ago for somebody else. */
  | { readonly do: "fail"; readonly reason: Reason; readonly facts: FailureFacts }
  /** Somebody is at it, until then at the latest (unix ms). `claimed`: a push of the warmer. */
  | { readonly do: "wait"; readonly until: number; readonly claimed?: boolean };

/** How somebody asks. Without any terms: as a reader, who waits for whoever is at it. */
export type Terms = {
  /** Set by a push, whose lease is a claim: how long it holds, in milliseconds. */
  readonly claimMs?: number;
  /** What a push has claimed counts as free. */
  readonly takeOver?: boolean;
};

export type Outcome =
  | { readonly kind: "kept"; readonly until: number }
  /** The original could not be kept: whoever wants another size fetches for itself. */
  | { readonly kind: "unkept" }
  | { readonly kind: "stored" }
  | { readonly kind: "failed"; readonly reason: Reason; readonly facts: FailureFacts; readonly seconds: number }
  /** Gave up without a word on the source: somebody else may try. */
  | { readonly kind: "released" };

/**
 * The grant for `holder`, who asks for the rendition `key` at `now` (unix ms), and the state after that. `epoch` is the
 * purge epoch that the holder knows. A newer one than before ends all that was said until now: failures, kept originals,
 * finished renditions, and leases, whose holders will not be allowed to store what they make. Epochs are compared with
 * epochs only, so clocks that disagree do no harm.
 */
export function grantFor(
  before: CoordinatorState,
  holder: string,
  key: string,
  now: number,
  epoch = 0,
  { claimMs, takeOver = false }: Terms = {},
): [Grant, CoordinatorState] {
  const state = epoch > before.epoch ? { ...NO_RENDERS, epoch } : before;
  const render = state.renders.get(key);
  if (render !== undefined && "doneUntil" in render && render.doneUntil > now) return [{ do: "read" }, state];
  if (state.refusal !== null && state.refusal.until > now) {
    return [{ do: "fail", reason: state.refusal.reason, facts: state.refusal.facts }, state];
  }
  const isTaken = (lease: Lease | Done | null | undefined): lease is Lease =>
    isHeld(lease, holder, now) && !(takeOver && lease.claimed);
  if (isTaken(render)) return [waitFor(render), state];
  const lease = { holder, until: now + (claimMs ?? LEASE_MS), claimed: claimMs !== undefined };
  if (state.originalUntil > now) return [{ do: "render" }, granted(state, key, lease, now)];
  if (isTaken(state.source)) return [waitFor(state.source), state];
  return [{ do: "fetch" }, { ...granted(state, key, lease, now), source: lease, refusal: null }];
}

/**
 * The state after a holder's outcome. One who no longer holds the lease still tells us what is stored. From one who does
 * not know of the newest purge, nothing counts but that the lease is free.
 */
export function withOutcome(
  state: CoordinatorState,
  holder: string,
  key: string,
  said: Outcome,
  now: number,
  epoch = 0,
): CoordinatorState {
  const outcome: Outcome = epoch < state.epoch ? { kind: "released" } : said;
  const source = state.source?.holder === holder ? null : state.source;
  switch (outcome.kind) {
    case "kept":
      return { ...state, source, originalUntil: Math.max(state.originalUntil, outcome.until) };
    case "unkept":
      return { ...state, source };
    case "stored":
      return { ...state, renders: new Map(state.renders).set(key, { doneUntil: now + DONE_MS, by: holder }) };
    case "failed": {
      const refusal = { reason: outcome.reason, facts: outcome.facts, until: now + outcome.seconds * 1000 };
      return { ...state, source, refusal, renders: without(state.renders, key, holder) };
    }
    case "released":
      return { ...state, source, renders: without(state.renders, key, holder, true) };
  }
}

/** Held by somebody else. A holder that lost the answer and asks again gets the same lease. */
function isHeld(lease: Lease | Done | null | undefined, holder: string, now: number): lease is Lease {
  return !!lease && "holder" in lease && lease.holder !== holder && lease.until > now;
}

function waitFor({ until, claimed }: Lease): Grant {
  return claimed ? { do: "wait", until, claimed } : { do: "wait", until };
}

function granted(state: CoordinatorState, key: string, lease: Lease, now: number): CoordinatorState {
  const live = [...state.renders].filter(([, r]) => ("holder" in r ? r.until : r.doneUntil) > now);
  return { ...state, renders: new Map(live).set(key, lease) };
}

/**
 * `takesBack`: without what the holder has said to be stored, too. A push says so when the picture leaves for the region,
 * and it may not arrive there.
 */
function without(
  renders: CoordinatorState["renders"],
  key: string,
  holder: string,
  takesBack = false,
): CoordinatorState["renders"] {
  const render = renders.get(key);
  if (render === undefined || !("holder" in render ? render.holder === holder : takesBack && render.by === holder)) {
    return renders;
  }
  const rest = new Map(renders);
  rest.delete(key);
  return rest;
}
