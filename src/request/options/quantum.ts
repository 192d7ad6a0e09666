/**
 * The step in which numbers are read. The cache key writes numbers in this step, so the plan must see no finer ones:
 * two requests that share a key must make the same picture.
 */

const STEPS = 1_000_000;

/** The smallest difference between two numbers of a request. */
export const QUANTUM = 1 / STEPS;

/** A number -> the nearest multiple of `QUANTUM`. Minus zero becomes zero. */
export function quantise(value: number): number {
  return Math.round(value * STEPS) / STEPS + 0;
}

/**
 * A length: pixels from 1 on, a share of the picture's side below 1. A share just below 1 becomes the largest share,
 * `1 - QUANTUM`, because 1 would mean one pixel.
 */
export function quantiseLength(value: number): number {
  const nearest = quantise(value);
  return Math.abs(value) < 1 && Math.abs(nearest) === 1 ? nearest * quantise(1 - QUANTUM) : nearest;
}
