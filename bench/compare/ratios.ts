/** Figures of a round-robin measurement: who took how long for which file in which round. Pure. */
import { median } from "../table.ts";

/** CPU milliseconds of one contestant: a list for each file, with a value for each round. */
export type Timings = readonly (readonly number[])[];

/** The median file's milliseconds. Each file counts with the median of its rounds. */
export function typicalMs(timings: Timings): number {
  return median(timings.map(median));
}

/**
 * How many times as long `one` took as `other`: the median over the files of the median over the rounds. Both values of a
 * ratio are from the same file and round, so a machine that slows down meanwhile favours nobody. Throws RangeError when
 * the two do not have the same files and rounds.
 */
export function timesAsLong(one: Timings, other: Timings): number {
  if (one.length !== other.length) throw new RangeError(`${one.length} files against ${other.length}`);
  const ratios = one.map((rounds, file) => {
    const base = other[file] ?? [];
    if (rounds.length !== base.length) throw new RangeError(`${rounds.length} rounds against ${base.length}`);
    return median(rounds.map((ms, round) => ms / (base[round] ?? Number.NaN)));
  });
  return median(ratios);
}

/** `count` of a list in the order of `by`, evenly spread from the least to the greatest; the whole list if it has fewer. */
export function spread<T>(list: readonly T[], count: number, by: (one: T) => number): T[] {
  const sorted = [...list].sort((a, b) => by(a) - by(b));
  if (sorted.length <= count) return sorted;
  const step = count === 1 ? 0 : (sorted.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, i) => sorted[Math.round(i * step)] as T);
}
