/** The two clocks the warmer needs, passed in so that tests can set them. */
export type Clock = {
  /** Unix time, ms: what stamps are compared with. May jump. */
  wall(): number;
  /** Ms since some start; never jumps. */
  steady(): number;
};

export const systemClock: Clock = {
  wall: () => Date.now(),
  steady: () => Math.floor(performance.now()),
};
