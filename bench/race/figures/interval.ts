/** Quantiles, and how sure they are: the paired bootstrap. Pure. */

/** A figure with the bounds of its 95 % interval. */
export type Interval = { readonly at: number; readonly low: number; readonly high: number };

/** One pair of page views: a value per picture, in the order of the page. The sides have the same photographs. */
export type Pair = { readonly on: readonly number[]; readonly off: readonly number[] };

const ROUNDS = 500;

/** The quantile of numbers in any order, linear between the two nearest. `share` is 0 to 1. An empty list gives NaN. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below === undefined || above === undefined ? Number.NaN : below + (above - below) * (at % 1);
}

/**
 * A statistic of all pairs, and the interval from 2.5 % to 97.5 % of its values over samples of the pairs (Efron 1979). A
 * pair is drawn whole, because the pictures of one page share its fate. `random` gives 0 <= x < 1.
 */
export function bootstrap(
  pairs: readonly Pair[],
  statistic: (pairs: readonly Pair[]) => number,
  random: () => number,
  rounds = ROUNDS,
): Interval {
  const values = Array.from({ length: pairs.length === 0 ? 0 : rounds }, () =>
    statistic(pairs.map((pair) => pairs[Math.floor(random() * pairs.length)] ?? pair)),
  );
  return { at: statistic(pairs), low: quantileOf(values, 0.025), high: quantileOf(values, 0.975) };
}

/** What each picture was faster with `on`, in the unit of the values. */
export function savedOf(pairs: readonly Pair[]): number[] {
  return pairs.flatMap(({ on, off }) => on.map((value, i) => (off[i] ?? Number.NaN) - value));
}

/** How much slower the median of `on` is, in percent of that of `off`. Negative: it is faster. */
export function slowerPercent(pairs: readonly Pair[]): number {
  const on = quantileOf(
    pairs.flatMap((pair) => pair.on),
    0.5,
  );
  const off = quantileOf(
    pairs.flatMap((pair) => pair.off),
    0.5,
  );
  return (on / off - 1) * 100;
}

/** Which share of the values is at least `least`. An empty list gives NaN. */
export function shareAtLeast(values: readonly number[], least: number): number {
  return values.filter((value) => value >= least).length / values.length;
}
