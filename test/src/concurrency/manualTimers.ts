import type { Timers } from "../../../src/concurrency/waitQueue.ts";

/** Timers that run when the test says so. */
export function manualTimers(): Timers & { fire(): void; readonly set_: number; clock: number } {
  const pending = new Map<number, () => void>();
  let id = 0;
  return {
    clock: 0,
    now() {
      return this.clock;
    },
    set(run) {
      pending.set(++id, run);
      return id;
    },
    clear: (timer) => void pending.delete(timer as number),
    fire() {
      const [first] = pending;
      if (first) {
        pending.delete(first[0]);
        first[1]();
      }
    },
    get set_() {
      return pending.size;
    },
  };
}
