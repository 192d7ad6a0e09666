/** Times of the feed, in milliseconds, and how long a host is left alone that is not well. Data. */

export type Timing = {
  /** How long a chunk is meant to take. */
  readonly chunkMs: number;
  /** A chunk that nobody has begun is sent again after this time. Far longer than a message takes through the queue. */
  readonly sentMs: number;
  /** A chunk that was begun and not reported is sent again after this time. */
  readonly workMs: number;
};

/** A chunk may take so many times what it is meant to take. */
const WORK_CHUNKS = 4;
/** A consumer may run for 15 minutes. */
const MOST_WORK_MS = 840_000;

/** `chunkSeconds` and `leaseSeconds` as configured. */
export function timingOf(chunkSeconds: number, leaseSeconds: number): Timing {
  const chunkMs = chunkSeconds * 1000;
  return {
    chunkMs,
    sentMs: leaseSeconds * 1000,
    workMs: Math.min(MOST_WORK_MS, WORK_CHUNKS * chunkMs),
  };
}

/** A worker stops so long before its lease ends, and reports what it has. At most a quarter of the lease. */
export const STOP_BEFORE_MS = 30_000;

/** The next chunk of a host is sent so long before the one under way is likely to end. */
export const AHEAD_MS = 5_000;

/** A worker that comes while another one works on the host waits so long, then its chunk is sent again later. */
export const HOLD_MS = 20_000;

/** A message that could not be put into the queue, and a chunk whose stores failed, come again after this time. */
export const AGAIN_MS = 15_000;

/** A host that does not answer, or refuses. `giveUpMs`: then its pictures are failed, one request for each chunk. */
export const BACKOFF = { firstMs: 30_000, mostMs: 3_600_000, giveUpMs: 86_400_000 } as const;

export function backoffMs(setbacks: number): number {
  return Math.min(BACKOFF.mostMs, BACKOFF.firstMs * 2 ** Math.min(20, Math.max(0, setbacks - 1)));
}

/** A host that has refused (429) is asked at half the pace; each chunk without a refusal raises it again by this factor. */
export const SLOWER = { factor: 2, most: 64, recovers: 1.25 } as const;

/** Hosts of one feed that are under way at a time. */
export const OPEN_HOSTS = 1_000;

/** A range of rows that has crashed its worker so often is cut into halves; a single row is then given up. */
export const CRASHES = { split: 2, poison: 3 } as const;

/**
 * Chunks of one feed that are in the queue and that nobody has begun: `least`, and up to `perBegun` for each one that is worked
 * on. With more hosts than the consumers have room for, all others would be in the queue too. They would wait there for longer
 * than a lease lasts, be sent again, and the queue would be full of messages that start nothing.
 */
export const QUEUED = { least: 8, perBegun: 2 } as const;

/**
 * A part, its rows or its log that are there and cannot be read: tried so often, at first after AGAIN_MS, then after twice as long
 * each time. Then the host is given up.
 */
export const DAMAGED_TRIES = 5;
