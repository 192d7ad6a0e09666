/**
 * Filter taps of a separable resampler: for each output sample, where to read and with which weights.
 * Lanczos-3 stretched by the reduction (as libvips' `vips_reduce`); Catmull-Rom when enlarging, which rings less.
 */

/** Weights have 14 fractional bits: 1.0 is 16384, and the weights of each output sample add up to exactly that. */
export const TAP_ONE = 1 << 14;

export type Taps = {
  /** First source sample of each output sample, counted from `first`. */
  readonly starts: Int32Array;
  /** `count` weights for each output sample, zero-padded. */
  readonly weights: Int16Array;
  /** Weights per output sample, a multiple of the asked-for step. */
  readonly count: number;
  /** The range of source samples that is read at all. */
  readonly first: number;
  readonly end: number;
};

type Kernel = { readonly support: number; readonly at: (x: number) => number };

const LANCZOS3: Kernel = {
  support: 3,
  at: (x) => {
    if (x === 0) return 1;
    if (Math.abs(x) >= 3) return 0;
    const p = Math.PI * x;
    return (3 * Math.sin(p) * Math.sin(p / 3)) / (p * p);
  },
};

const CATMULL_ROM: Kernel = {
  support: 2,
  at: (x) => {
    const a = Math.abs(x);
    if (a < 1) return 1.5 * a ** 3 - 2.5 * a ** 2 + 1;
    return a < 2 ? -0.5 * a ** 3 + 2.5 * a ** 2 - 4 * a + 2 : 0;
  },
};

/**
 * `offset` and `length`: the window in source samples (fractions allowed). [low, high): the samples that may be read.
 * `size`: output samples. `count` is rounded up to a multiple of `step` (the SIMD loop's stride).
 */
export function computeTaps(
  offset: number,
  length: number,
  low: number,
  high: number,
  size: number,
  step: number,
): Taps {
  const scale = length / size;
  const stretch = Math.max(1, scale);
  const kernel = scale >= 1 ? LANCZOS3 : CATMULL_ROM;
  const rows: { start: number; weights: Int16Array }[] = [];
  for (let i = 0; i < size; i++) rows.push(tapRow(offset + (i + 0.5) * scale, stretch, kernel, low, high));
  const first = Math.min(...bounds(rows, (row) => row.start));
  const end = Math.max(...bounds(rows, (row) => row.start + row.weights.length));
  const longest = Math.max(...bounds(rows, (row) => row.weights.length));
  const count = Math.ceil(longest / step) * step;
  const starts = new Int32Array(size);
  const weights = new Int16Array(size * count);
  rows.forEach((row, i) => {
    starts[i] = row.start - first;
    weights.set(row.weights, i * count);
  });
  return { starts, weights, count, first, end };
}

/** Minimum and maximum of a list that is too long to be spread into arguments. */
function bounds<T>(items: readonly T[], value: (item: T) => number): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const item of items) {
    const v = value(item);
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

function tapRow(centre: number, stretch: number, kernel: Kernel, low: number, high: number) {
  const reach = kernel.support * stretch;
  const from = Math.min(high - 1, Math.max(low, Math.floor(centre - reach + 0.5)));
  const to = Math.max(from + 1, Math.min(high, Math.ceil(centre + reach - 0.5)));
  const raw: number[] = [];
  let sum = 0;
  for (let j = from; j < to; j++) {
    const weight = kernel.at((j + 0.5 - centre) / stretch);
    raw.push(weight);
    sum += weight;
  }
  return { start: from, weights: quantise(raw, sum) };
}

/** Real weights -> Q14 that add up to exactly 1. The largest weight takes the rounding error. */
function quantise(raw: readonly number[], sum: number): Int16Array {
  const weights = new Int16Array(raw.length);
  let total = 0;
  let largest = 0;
  raw.forEach((weight, j) => {
    const q = Math.round((weight / sum) * TAP_ONE);
    weights[j] = q;
    total += q;
    if (q > (weights[largest] ?? 0)) largest = j;
  });
  weights[largest] = (weights[largest] ?? 0) + TAP_ONE - total;
  return weights;
}
