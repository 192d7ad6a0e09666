/**
 * How fast a job may ask a host. A host with a rule (origin/governor/politeness.ts, live settings) has a governor, which
 * gives the pace. A host without one gets a pace from here, since a job that asks for every picture of a host is no reader.
 * Pure.
 */
import type { Politeness } from "../config/politeness.ts";

/**
 * Starts a second of hosts without a rule, by the number of their pictures: who offers many has the servers for it. The
 * crawler of 2020 took 1 a second up to 5 000 pictures and 200 at 500 million; nobody agreed to that, so this is far less.
 * For more, write to the host, and put what was agreed into the live settings (`politeness`).
 */
export const JOB_PACES = [
  { upToPictures: 100_000, perSecond: 1 },
  { upToPictures: 10_000_000, perSecond: 2 },
  { upToPictures: Number.POSITIVE_INFINITY, perSecond: 5 },
] as const;

/** A job has at most so many exchanges at a time with one host, from one isolate. */
export const JOB_CONCURRENCY = 4;

/** An isolate renders about so many pictures a second. A host with a higher pace is worked on by several at a time. */
export const PER_WORKER = 8;

export type JobPace = {
  /** Starts a second of all workers together that the feed keeps to; null = the host's governor does. */
  readonly perSecond: number | null;
  /** Chunks of the host that are worked on at a time. */
  readonly workers: number;
  /** Exchanges at a time in one chunk. */
  readonly concurrency: number;
  /** Pictures a second that can be expected at most. Plans and sizes of chunks are made with it. */
  readonly expected: number;
};

/** The pace of a host (`URL.host`) of which a run has so many pictures. */
export type PaceOf = (host: string, pictures: number) => JobPace;

/** What an exchange with a source is taken for where nothing is known: milliseconds and bytes. */
const USUAL = { exchangeMs: 500, bytes: 150_000 } as const;
/** The governor keeps a margin for jitter (startLog.ts), and a share of the day for readers (hostLimits.ts). */
const GOVERNED_SHARE = { perSecond: 1 / 1.08, perDay: 0.95 } as const;

/** `rule`: the host's politeness, null = it has none. `pictures`: how many of it the run has. */
export function jobPace(
  rule: Politeness | null,
  pictures: number,
  usual: { readonly exchangeMs: number; readonly bytes: number } = USUAL,
): JobPace {
  if (rule === null) {
    const row = JOB_PACES.find(({ upToPictures }) => pictures <= upToPictures) ?? JOB_PACES[JOB_PACES.length - 1];
    const { perSecond } = row as (typeof JOB_PACES)[number];
    return { perSecond, workers: 1, concurrency: JOB_CONCURRENCY, expected: perSecond };
  }
  const { perSecond, concurrency, bytesPerSecond, perDay } = rule;
  // One slot of several is kept for readers.
  const slots = concurrency === null ? Number.POSITIVE_INFINITY : Math.max(1, concurrency - 1);
  const expected = Math.min(
    perSecond === null ? Number.POSITIVE_INFINITY : perSecond * GOVERNED_SHARE.perSecond,
    (slots * 1000) / usual.exchangeMs,
    bytesPerSecond === null ? Number.POSITIVE_INFINITY : bytesPerSecond / usual.bytes,
    perDay === null ? Number.POSITIVE_INFINITY : (perDay * GOVERNED_SHARE.perDay) / 86_400,
  );
  const workers = Number.isFinite(expected) ? Math.max(1, Math.ceil(expected / PER_WORKER)) : 1;
  return {
    perSecond: null,
    workers,
    // More would only wait for their grants, and give up.
    concurrency: Math.max(1, Math.min(JOB_CONCURRENCY, Math.ceil(slots / workers), Math.ceil(2 * expected))),
    expected: Number.isFinite(expected) ? expected : PER_WORKER,
  };
}
