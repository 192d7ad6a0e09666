/** Whether a governor can be reached, how far away it is, and when to try again. Times in milliseconds. */

export const REACH = {
  /** How much longer than it may wait a call may take; after that the governor counts as hanging. */
  silenceMs: 1_000,
  /** A call that has failed is sent again after this time, doubled with each failure up to the second one; */
  retryMs: 50,
  longestRetryMs: 400,
  /** After so long without an answer the governor counts as unreachable: a restart takes less. */
  unreachableMs: 1_500,
  /** From then on it is tried this often. */
  unreachableRetryMs: 2_000,
} as const;

/** Round trips remembered. */
const TRIPS = 16;

export class Reach {
  #trips: readonly number[] = [];
  #failures = 0;
  #failingSince: number | null = null;
  /** No call is sent before. */
  retryAt = Number.NEGATIVE_INFINITY;

  /** Nothing has been heard for too long, though calls were sent. One call alone proves nothing: the isolate may be slow. */
  isLost(now: number): boolean {
    return this.#failures > 1 && this.#failingSince !== null && now - this.#failingSince >= REACH.unreachableMs;
  }

  /** A call has failed whose answer was due at `dueAt`. A call that was held until it failed was heard by then. */
  failed(dueAt: number, now: number): void {
    this.#failingSince ??= Math.min(dueAt, now);
    const pauseMs = Math.min(REACH.retryMs * 2 ** this.#failures++, REACH.longestRetryMs);
    this.retryAt = now + (this.isLost(now) ? REACH.unreachableRetryMs : pauseMs);
  }

  /** Half of the shortest round trip of late; 0 = none is known. */
  get tripMs(): number {
    return this.#trips.length === 0 ? 0 : Math.min(...this.#trips) / 2;
  }

  /** The governor has answered. `roundTripMs`: without the time for which it held the call. */
  answered(roundTripMs: number): void {
    this.#trips = [...this.#trips, Math.max(0, roundTripMs)].slice(-TRIPS);
    [this.#failures, this.#failingSince, this.retryAt] = [0, null, Number.NEGATIVE_INFINITY];
  }
}
