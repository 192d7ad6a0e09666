/** Sessions of readers with a hidden truth: uneven numbers of views, clicks that go together within a session. */
import type { Session } from "../../src/cli/experiment/difference.ts";

export type Truth = { readonly original: number; readonly mate: number };

/** Mean views a session; the rest of a session's views beyond the first are geometric. */
export const MEAN_VIEWS = 4;
/** Coefficient of variation of the views of a session. */
export const VIEWS_CV = Math.sqrt(MEAN_VIEWS * (MEAN_VIEWS - 1)) / MEAN_VIEWS;

/** Correlation of two clicks of one session where the reader's own rate is exponential round `rate`. */
export function iccOf(rate: number): number {
  return rate / (1 - rate);
}

/** `random`: 0 to below 1. A session is one query whose list has several slots, so all of its views have one arm. */
export function drawSession(truth: Truth, random: () => number): Session {
  const eager = -Math.log(1 - random());
  const [views, clicks] = [
    [0, 0],
    [0, 0],
  ] as [[number, number], [number, number]];
  const arm = random() < 0.5 ? 1 : 0;
  do {
    views[arm]++;
    if (random() < eager * (arm === 1 ? truth.mate : truth.original)) clicks[arm]++;
  } while (random() < 1 - 1 / MEAN_VIEWS);
  return { views, clicks };
}
