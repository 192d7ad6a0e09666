/**
 * Looking early without more false alarms: O'Brien and Fleming's boundary for looks at equal distances, two-sided, alpha
 * 0.05 (Jennison and Turnbull, "Group Sequential Methods", 1999, tables 2.3 and 2.4). Pure.
 */

/** By the number of looks, from 1: the constant of the boundary, and what the size grows by at a power of 0.8. */
const LOOKS = [
  { constant: 1.96, factor: 1 },
  { constant: 1.977, factor: 1.008 },
  { constant: 2.004, factor: 1.017 },
  { constant: 2.024, factor: 1.024 },
  { constant: 2.04, factor: 1.028 },
  { constant: 2.053, factor: 1.032 },
  { constant: 2.063, factor: 1.035 },
  { constant: 2.072, factor: 1.037 },
  { constant: 2.08, factor: 1.038 },
  { constant: 2.087, factor: 1.04 },
] as const;

export const MOST_LOOKS = LOOKS.length;

/** The |z| from which on look `look` of `looks` ends the experiment. Both count from 1. */
export function boundaryAt(look: number, looks: number): number {
  return rowOf(looks).constant * Math.sqrt(looks / look);
}

/** By how much the planned size grows because of the looks. */
export function boundaryFactor(looks: number): number {
  return rowOf(looks).factor;
}

function rowOf(looks: number): (typeof LOOKS)[number] {
  const row = LOOKS[looks - 1];
  if (row === undefined) throw new RangeError(`${looks} looks; the table has 1 to ${MOST_LOOKS}`);
  return row;
}
