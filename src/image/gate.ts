/**
 * A gate with room for so much at once; who finds it full waits in line. Two stand in each isolate (128 MB for all its
 * requests together): one decode at a time, and so many source bytes in flight. A page of pictures asked for at once
 * must come whole, so waiting is normal and refusing is the last resort.
 */
import { Failure } from "../errors.ts";

/** People wait for `user` work; `warm` work only fills stores ahead of them. */
export type Priority = "user" | "warm";

export type GateRules = {
  /** Room inside, in whatever unit the callers use (turns, bytes). */
  readonly capacity: number;
  /** How many may wait; the next is refused. */
  readonly maxWaiting: number;
  /** How long one may wait, in milliseconds. */
  readonly waitMs: number;
};

/** Timers as arguments, so that a test needs no clock. */
export type Timers = {
  set(run: () => void, ms: number): unknown;
  clear(timer: unknown): void;
  /** Milliseconds. */
  now(): number;
};

/**
 * A pass older than this is taken back, in milliseconds. A Worker whose client has gone may be ended in the middle, and
 * then nothing of it runs any more, not even `finally`; no work that lives takes as long.
 */
export const PASS_MS = 60_000;

/** Room taken. `keep` gives back what turned out not to be needed; `leave` everything, and may be called twice. */
export type Pass = { keep(weight: number): void; leave(): void };

export type Gate = {
  /** Waits for room. Rejects with Failure queue_full when the line or the wait is too long. */
  enter(weight: number, priority: Priority): Promise<Pass>;
  /** Runs a job with room taken, and leaves however it ends. */
  run<T>(weight: number, priority: Priority, job: () => Promise<T>): Promise<T>;
  readonly waiting: number;
  readonly used: number;
};

const SYSTEM_TIMERS: Timers = {
  set: (run, ms) => setTimeout(run, ms),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  now: () => Date.now(),
};

/** Who waits: in order of arrival, users before warm jobs. */
type Waiting = { readonly weight: number; readonly admit: () => void };

/** A weight above the capacity counts as the whole capacity: it passes alone. */
export function createGate({ capacity, maxWaiting, waitMs }: GateRules, timers: Timers = SYSTEM_TIMERS): Gate {
  const lines: Readonly<Record<Priority, Waiting[]>> = { user: [], warm: [] };
  const passes = new Map<Pass, number>();
  let used = 0;
  const waiting = () => lines.user.length + lines.warm.length;

  /** The next in line goes first even if someone behind would fit: a large one must not starve. */
  const admitNext = () => {
    for (;;) {
      const line = lines.user.length > 0 ? lines.user : lines.warm;
      const next = line[0];
      if (next === undefined || used + next.weight > capacity) return;
      line.shift();
      next.admit();
    }
  };

  const take = (weight: number): Pass => {
    let held = weight;
    used += held;
    const keep = (less: number) => {
      if (less >= held) return;
      used -= held - less;
      held = less;
      admitNext();
    };
    const pass: Pass = {
      keep,
      leave() {
        passes.delete(pass);
        keep(0);
      },
    };
    passes.set(pass, timers.now());
    return pass;
  };

  const takeBack = () => {
    const before = timers.now() - PASS_MS;
    for (const [pass, since] of passes) {
      // In the order they were given: the rest is younger.
      if (since > before) return;
      pass.leave();
    }
  };

  const enter = (asked: number, priority: Priority): Promise<Pass> => {
    const weight = Math.min(asked, capacity);
    takeBack();
    if (waiting() === 0 && used + weight <= capacity) return Promise.resolve(take(weight));
    if (waiting() >= maxWaiting) return Promise.reject(full(waitMs));
    let timer: unknown;
    const admitted = new Promise<Pass>((resolve, reject) => {
      const line = lines[priority];
      const entry: Waiting = { weight, admit: () => resolve(take(weight)) };
      timer = timers.set(() => {
        const at = line.indexOf(entry);
        // Its owner was let in as it ran out.
        if (at < 0) return;
        line.splice(at, 1);
        reject(full(waitMs));
        admitNext();
      }, waitMs);
      line.push(entry);
      // A user may fit where the warm job at the head of the other line does not.
      admitNext();
    });
    // By its owner: whoever lets it in is another request, and a Worker's timers are numbered by request, so that one
    // clearing another's would end one of its own.
    return admitted.finally(() => timers.clear(timer));
  };

  return {
    enter,
    async run(weight, priority, job) {
      const pass = await enter(weight, priority);
      try {
        return await job();
      } finally {
        pass.leave();
      }
    },
    get waiting() {
      return waiting();
    },
    get used() {
      return used;
    },
  };
}

function full(waitMs: number): Failure {
  return new Failure("queue_full", { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) });
}
