/**
 * What a host's refusals teach: how long nobody may start (Retry-After), and how fast a host without a rule may be asked
 * (additive increase, halved by each refusal, as TCP does; Chiu and Jain 1989). Pure; times are milliseconds.
 */
import type { Politeness } from "../../config/politeness.ts";

export const REFUSALS = {
  /** Starts a second after the first refusal. */
  firstRate: 4,
  minRate: 0.1,
  maxRate: 32,
  /** Added after so long without a refusal, if the host has answered. */
  raise: 0.5,
  raiseMs: 10_000,
  /** What was learnt is forgotten so long after the last refusal, */
  forgetMs: 3_600_000,
  /** and Retry-After is honoured up to the same time. */
  maxClosedMs: 3_600_000,
  /** A refusal without Retry-After closes the host so long, doubled by each further one up to the next bound. */
  pauseMs: 1_000,
  maxPauseMs: 60_000,
} as const;

/** JSON. */
export type RefusalRecord = {
  /** Nobody starts before. */
  readonly closedUntil: number;
  /** The last refusal that counted, and how many there were since the last good answer. */
  readonly refusedAt: number;
  readonly strikes: number;
  /** Starts a second that were learnt; 0 = nothing. It holds for hosts without a rule. */
  readonly rate: number;
  readonly raisedAt: number;
};

export const NO_REFUSALS: RefusalRecord = { closedUntil: 0, refusedAt: 0, strikes: 0, rate: 0, raisedAt: 0 };

/**
 * After a refusal at `now`. `retryAfter` in seconds; null = the host named none. `startedAt`: when the refused exchange
 * started. One that started before an earlier refusal was heard tells nothing new: it closes, and halves nothing.
 */
export function afterRefusal(
  record: RefusalRecord,
  retryAfter: number | null,
  startedAt: number,
  now: number,
): RefusalRecord {
  const known = learntRate(record, now);
  const isNew = known === null || startedAt >= record.refusedAt;
  const strikes = isNew ? record.strikes + 1 : record.strikes;
  const pause = Math.min(REFUSALS.pauseMs * 2 ** Math.min(strikes - 1, 10), REFUSALS.maxPauseMs);
  const closedMs = retryAfter === null ? pause : Math.min(Math.max(0, retryAfter) * 1000, REFUSALS.maxClosedMs);
  const closedUntil = Math.max(record.closedUntil, now + closedMs);
  if (!isNew) return { ...record, closedUntil };
  const rate = known === null ? REFUSALS.firstRate : Math.max(REFUSALS.minRate, known / 2);
  return { closedUntil, refusedAt: now, strikes, rate, raisedAt: now };
}

/** After an answer that the host gave willingly. */
export function afterAnswer(record: RefusalRecord, startedAt: number, now: number): RefusalRecord {
  if (record.refusedAt === 0 || startedAt < record.refusedAt) return record;
  const calm = record.strikes === 0 ? record : { ...record, strikes: 0 };
  if (now - record.raisedAt < REFUSALS.raiseMs) return calm;
  return { ...calm, rate: Math.min(REFUSALS.maxRate, record.rate + REFUSALS.raise), raisedAt: now };
}

/** What holds for a host without a rule; null = nothing was learnt, or it is forgotten. */
export function learntLimits(record: RefusalRecord, now: number): Politeness | null {
  const rate = learntRate(record, now);
  if (rate === null) return null;
  const perSecond = rate < 1 ? rate : Math.floor(rate);
  return { concurrency: Math.max(1, Math.min(8, Math.floor(rate))), perSecond, bytesPerSecond: null, perDay: null };
}

/** How long what was learnt still holds; 0 = nothing was. */
export function governedFor(record: RefusalRecord, now: number): number {
  if (record.refusedAt === 0) return 0;
  return Math.max(0, record.refusedAt + REFUSALS.forgetMs - now, record.closedUntil - now);
}

function learntRate(record: RefusalRecord, now: number): number | null {
  return record.rate > 0 && now < record.refusedAt + REFUSALS.forgetMs ? record.rate : null;
}
