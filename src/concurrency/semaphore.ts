/**
 * A counting semaphore with a queue. It stands in front of the engine: one decode at a time in each isolate, which has
 * 128 MB for all its requests together. A page asks for many pictures at once and all of them must come, so waiting is
 * normal and refusing is the last resort. Source bytes have a budget of their own (memoryBudget.ts).
 */

import type { Priority } from "./priority.ts";
import { SYSTEM_TIMERS, type Timers, WaitQueue, type WaitQueueRules } from "./waitQueue.ts";

export type SemaphoreRules = WaitQueueRules & {
  /** In whatever unit the callers use. */
  readonly capacity: number;
};

/**
 * A permit older than this is taken back, in milliseconds. A Worker whose client has gone may be ended in the middle. Then
 * nothing of it runs any more, not even `finally`. No work that is alive takes as long.
 */
export const PERMIT_MS = 60_000;

/** Capacity taken. `release` gives it back, and may be called twice. */
export type Permit = { release(): void };

export type Semaphore = {
  /** Waits for capacity. Rejects with Failure queue_full when the queue or the wait is too long. */
  acquire(weight: number, priority: Priority): Promise<Permit>;
  /** Takes a permit, runs the job, and gives the permit back however the job ends. */
  run<T>(weight: number, priority: Priority, job: () => Promise<T>): Promise<T>;
  readonly waiting: number;
  readonly used: number;
};

type Waiting = { readonly weight: number; pass: Permit | null };

/** A weight above the capacity counts as the whole capacity: such a job runs alone. */
export function createSemaphore({ capacity, ...rules }: SemaphoreRules, timers: Timers = SYSTEM_TIMERS): Semaphore {
  const passes = new Map<Permit, number>();
  let used = 0;

  /** The first in the queue goes first, even if a later one would fit: a large job must not starve. */
  const admitNext = () => {
    for (;;) {
      const next = line.inOrder()[0];
      if (next === undefined || used + next.weight > capacity) return;
      next.pass = take(next.weight);
      line.admit(next);
    }
  };
  const line = new WaitQueue<Waiting>(rules, timers, admitNext);

  const take = (weight: number): Permit => {
    used += weight;
    const pass: Permit = {
      release() {
        if (!passes.delete(pass)) return;
        used -= weight;
        admitNext();
      },
    };
    passes.set(pass, timers.now());
    return pass;
  };

  const reclaim = () => {
    const before = timers.now() - PERMIT_MS;
    for (const [pass, since] of passes) {
      // Permits are in the order they were given: the rest is younger.
      if (since > before) return;
      pass.release();
    }
  };

  const acquire = async (asked: number, priority: Priority): Promise<Permit> => {
    const weight = Math.min(asked, capacity);
    reclaim();
    if (line.length === 0 && used + weight <= capacity) return take(weight);
    if (line.full) throw line.refusal();
    const entry: Waiting = { weight, pass: null };
    const admitted = line.join(entry, priority);
    // A user's job may fit where the warm job before it does not.
    admitNext();
    await admitted;
    return entry.pass ?? take(weight);
  };

  return {
    acquire,
    async run(weight, priority, job) {
      const pass = await acquire(weight, priority);
      try {
        return await job();
      } finally {
        pass.release();
      }
    },
    get waiting() {
      return line.length;
    },
    get used() {
      return used;
    },
  };
}
