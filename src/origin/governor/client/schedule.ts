/**
 * When an isolate calls a governor. A call costs money and a trip, so one call carries all that there is to say: what is
 * done with, and what is wanted. Pure; times in milliseconds.
 */

import type { Binding } from "../port.ts";

export const SCHEDULE = {
  /** Calls are at least so far apart: what comes meanwhile goes in one call. */
  batchMs: 15,
  /** Where not slots are scarce but starts or bytes, a release waits so long for the next call that is due anyway. */
  rideMs: 250,
  /** Where none is under way, it waits for the next wish of its reader. */
  joinMs: 60,
  /**
   * Nobody waits for a job. Its wish waits so long for others of the isolate, until there are so many of them: their call
   * costs the same as one. A call that leaves anyway takes it along. A host that gives jobs fewer slots than that has no more
   * wishes to wait for: each of its pictures would lose this time.
   */
  companyMs: 250,
  company: 4,
  /** They count as scarce for so long. */
  scarceMs: 3_000,
  /** Without a wish to ride with, a release waits so long where others want the slot, */
  releaseMs: 25,
  /** and where nobody does. */
  idleReleaseMs: 200,
  /** Beside a grant, an isolate asks so long before the next start of the pace: the call takes a while. */
  aheadMs: 60,
  /**
   * Where slots are scarce, the next release of a grant carries the wishes that wait. An isolate that holds a grant asks
   * again without one after this time only: another isolate may have given its slot back.
   */
  holdMs: 2_000,
  /**
   * How long a call may wait for a grant, on a saturated host. Elsewhere it waits for nothing. Shorter, and isolates that wait
   * in vain cost more calls than those that are served.
   */
  pollMs: 5_000,
  /** The same where bytes were scarce within the second time: their window opens every ten seconds. */
  bytesPollMs: 8_000,
  bytesScarceMs: 15_000,
} as const;

/** How long a call of `now` may wait for a grant. `bytesAt`: when bytes were last what left a wish without. */
export function pollMs(
  { saturated, wishes, bytesAt }: Pick<Talk, "saturated"> & { wishes: number; bytesAt: number },
  now: number,
) {
  if (!saturated || wishes === 0) return 0;
  return now - bytesAt < SCHEDULE.bytesScarceMs ? SCHEDULE.bytesPollMs : SCHEDULE.pollMs;
}

export type Talk = {
  /** When the last call was sent, and the last answer heard. */
  readonly sentAt: number;
  readonly heardAt: number;
  /** No call before that: the last one has failed. */
  readonly retryAt: number;
  /** A call is under way. */
  readonly calling: boolean;
  /** The last answer came late, or left a wish without a grant. */
  readonly saturated: boolean;
  /** The limit that has left it without, and for how long as the governor estimates. */
  readonly binding: Binding | null;
  readonly estimateMs: number;
  /** When the last answer came in which another limit than slots had left a wish without. */
  readonly otherLimitAt: number;
  /** Grants held, and how many the governor gives at most (null = any number). */
  readonly held: number;
  readonly concurrency: number | null;
  /** Wishes without a grant. `told`: the governor has heard of it, or is about to. `patientUntil`: it waits for company. */
  readonly wishes: readonly { readonly rank: number; readonly told: boolean; readonly patientUntil: number }[];
  /** Grants that are done with and not reported. `unused`: the exchange never started. */
  readonly releases: readonly { readonly at: number; readonly unused: boolean }[];
  /** A grant needs more time or bytes. */
  readonly renews: boolean;
};

/** When the next call is due. Infinity: there is nothing to say. */
export function dueAt(talk: Talk): number {
  const soon = talk.sentAt + SCHEDULE.batchMs;
  const due = Math.min(
    talk.renews ? soon : Number.POSITIVE_INFINITY,
    releasesDueAt(talk, soon),
    wishesDueAt(talk, soon),
  );
  return Math.max(due, talk.retryAt);
}

function releasesDueAt(talk: Talk, soon: number): number {
  const { releases, wishes, calling, saturated, held, concurrency, heardAt, otherLimitAt } = talk;
  if (releases.length > 0 && wishes.length > 0 && !saturated && wishes.every(({ told }) => !told)) {
    return Math.max(soon, companyAt(wishes, concurrency));
  }
  if (releases.length > 0 && wishes.length > 0) {
    const areSlotsFree = concurrency === null || held + releases.length < concurrency;
    const rides = areSlotsFree && heardAt - otherLimitAt < SCHEDULE.scarceMs;
    const rideMs = calling ? SCHEDULE.rideMs : SCHEDULE.joinMs;
    return rides ? Math.max(soon, Math.min(...releases.map(({ at }) => at)) + rideMs) : soon;
  }
  const graceMs = saturated ? SCHEDULE.releaseMs : SCHEDULE.idleReleaseMs;
  const times = releases.map(({ at, unused }) => at + (unused ? 0 : graceMs));
  return Math.max(soon, Math.min(...times, Number.POSITIVE_INFINITY));
}

/** When new wishes have waited for others long enough. The least patient one decides. */
function companyAt(news: Talk["wishes"], concurrency: Talk["concurrency"]): number {
  // The governor keeps one slot for readers (hostLimits.ts).
  const slots = concurrency === null ? Number.POSITIVE_INFINITY : Math.max(1, concurrency - 1);
  if (news.length >= Math.min(SCHEDULE.company, slots)) return Number.NEGATIVE_INFINITY;
  return Math.min(...news.map(({ patientUntil }) => patientUntil));
}

function wishesDueAt(talk: Talk, soon: number): number {
  const { wishes, calling, saturated, binding, held, concurrency, sentAt, heardAt, estimateMs } = talk;
  if (wishes.length === 0) return Number.POSITIVE_INFINITY;
  // All that the governor gives is in our hands: the next release carries the wishes.
  if (concurrency !== null && held >= concurrency) return Number.POSITIVE_INFINITY;
  const news = wishes.filter(({ told }) => !told);
  const known = wishes.filter(({ told }) => told);
  const isUrgent = news.some(({ rank }) => known.every((other) => rank < other.rank));
  if (news.length > 0 && (isUrgent || !saturated)) return Math.max(soon, companyAt(news, concurrency));
  // The governor holds a call for us: what is new rides with the next one.
  if (calling) return Number.POSITIVE_INFINITY;
  // A window of ten seconds or a day opens when it is time, whatever anybody gives back. Who holds a grant asks with its
  // release, or when the window opens. Who holds none asks a little earlier, to be in line.
  if (binding !== "slots" && binding !== "pace") {
    return Math.max(soon, heardAt + estimateMs - (held > 0 ? 0 : SCHEDULE.pollMs / 2));
  }
  if (held === 0) return soon;
  if (binding === "pace") return Math.max(soon, heardAt + estimateMs - SCHEDULE.aheadMs);
  return Math.max(sentAt, heardAt) + SCHEDULE.holdMs;
}
