/** The difference of the click rates of both arms, with the session as the unit. Pure. */

/** What one session saw and clicked in each arm. */
export type Session = {
  readonly views: readonly [original: number, mate: number];
  readonly clicks: readonly [original: number, mate: number];
};

export type Difference = {
  readonly sessions: number;
  readonly views: readonly [number, number];
  readonly rates: readonly [number, number];
  /** Rate of the mates less rate of the originals. */
  readonly difference: number;
  /** By the delta method over sessions (Deng, Knoblich and Lu, 2018). */
  readonly standardError: number;
  readonly z: number;
  /** The variance over that of independent views. */
  readonly designEffect: number;
};

/**
 * A session may have views in both arms, since the arm is drawn for each of its queries. NaN where an arm has no view. Without
 * a click in either arm, z is 0 and the design effect is 1.
 */
export function differenceOf(sessions: readonly Session[]): Difference {
  const [views, clicks] = [sums(sessions, "views"), sums(sessions, "clicks")];
  const rates = [clicks[0] / views[0], clicks[1] / views[1]] as const;
  let variance = 0;
  for (const { views: seen, clicks: clicked } of sessions) {
    const original = (clicked[0] - rates[0] * seen[0]) / views[0];
    const mate = (clicked[1] - rates[1] * seen[1]) / views[1];
    variance += (mate - original) ** 2;
  }
  const independent = rates.reduce((sum, rate, arm) => sum + (rate * (1 - rate)) / (views[arm] ?? 0), 0);
  const standardError = Math.sqrt(variance);
  const difference = rates[1] - rates[0];
  return {
    ...{ sessions: sessions.length, views, rates, difference, standardError },
    z: difference === 0 ? 0 : difference / standardError,
    designEffect: independent === 0 ? 1 : variance / independent,
  };
}

/**
 * Whether both arms came up equally often, as z: assignments of a session are one unit. Beyond 3.3 (one in a thousand) the
 * log is not that of a fair draw, and nothing else in it is to be believed. `assigned`: for each session its assignments in
 * each arm.
 */
export function splitCheck(assigned: readonly (readonly [original: number, mate: number])[]): number {
  let [sum, squares] = [0, 0];
  for (const [original, mate] of assigned) {
    sum += (mate - original) / 2;
    squares += ((mate - original) / 2) ** 2;
  }
  return squares === 0 ? 0 : sum / Math.sqrt(squares);
}

export const MOST_SPLIT_Z = 3.3;

function sums(sessions: readonly Session[], field: "views" | "clicks"): readonly [number, number] {
  let [original, mate] = [0, 0];
  for (const session of sessions) {
    original += session[field][0];
    mate += session[field][1];
  }
  return [original, mate];
}
