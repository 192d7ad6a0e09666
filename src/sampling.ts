/** Which sources have figures of their own: a fixed part of them, the same in every isolate and log. */

/** One source in so many is sampled: the hint for it and the readers' requests for it can then be compared. */
export const SAMPLED = 16;

/** Whether a source is sampled. Its hash decides, so that the answer is the same everywhere. `source32` in hex. */
export function isSampled(source32: string): boolean {
  return Number.parseInt(source32.slice(0, 2), 16) % SAMPLED === 0;
}
