import { performance } from "node:perf_hooks";

/** The clocks of the warmer. They are arguments, so that tests can set them. */
export type Clock = {
  /** Unix time, ms. Compared with the stamps of hints. It may jump. */
  wall(): number;
  /** Ms since some start. It never jumps. */
  steady(): number;
  /** The steady clock with fractions. Much of what a push takes is less than a ms. */
  precise(): number;
  /** How long the event loop has waited for events since some start, ms. The rest of the time it was busy. */
  idle(): number;
};

export const systemClock: Clock = {
  wall: () => Date.now(),
  steady: () => Math.floor(performance.now()),
  precise: () => performance.now(),
  idle: () => performance.nodeTiming.idleTime,
};
