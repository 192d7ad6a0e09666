/**
 * Taps of a Lanczos-3 reduction along one axis (C. E. Duchon, J. Appl. Meteorol. 18, 1979): for each output sample the
 * first source sample and the Q14 weights. Outside of what may be read, the end sample is repeated.
 */
const LOBES = 3;
const UNIT = 16384;
/** Entries of the kernel's table per unit. Linear interpolation between two entries is exact to 1e-5. */
const STEPS = 512;
let kernel: Float64Array | undefined;

function lanczos(): Float64Array {
  if (kernel !== undefined) return kernel;
  kernel = new Float64Array(LOBES * STEPS + 2);
  kernel[0] = 1;
  for (let i = 1; i < LOBES * STEPS; i++) {
    const x = (Math.PI * i) / STEPS;
    kernel[i] = (LOBES * Math.sin(x) * Math.sin(x / LOBES)) / (x * x);
  }
  return kernel;
}

export type Taps = {
  /** Taps per output sample, the same for all; unused ones at the end are 0. */
  readonly width: number;
  /** For each output sample: the first source sample, and the one after the last that has weight. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly weights: Int16Array;
};

/** The source samples that may be read: [low, high). */
export type Reach = { readonly low: number; readonly high: number };

/**
 * `count` output samples over the source interval that begins at `from` and has `ratio` source samples per output
 * sample (sample i is centred on i + 0.5). `width` is a multiple of `multiple`.
 */
export function lanczosTaps(reach: Reach, from: number, ratio: number, count: number, multiple: number): Taps {
  const table = lanczos();
  const scale = Math.max(1, ratio);
  // Only samples strictly inside the kernel count: at its ends it is 0.
  const most = Math.ceil(2 * LOBES * scale);
  const width = Math.ceil(Math.min(most, reach.high - reach.low) / multiple) * multiple;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  const weights = new Int16Array(count * width);
  const line = new Float64Array(most + 1);
  const step = STEPS / scale;
  for (let j = 0; j < count; j++) {
    const centre = from + (j + 0.5) * ratio - 0.5;
    const low = Math.floor(centre - LOBES * scale) + 1;
    const high = Math.ceil(centre + LOBES * scale) - 1;
    const first = Math.min(Math.max(low, reach.low), reach.high - 1);
    const last = Math.min(Math.max(high, reach.low), reach.high - 1);
    line.fill(0, 0, last - first + 1);
    let sum = 0;
    for (let i = low; i <= high; i++) {
      const x = Math.abs(i - centre) * step;
      const cell = Math.floor(x);
      const here = table[cell] ?? 0;
      const weight = here + ((table[cell + 1] ?? 0) - here) * (x - cell);
      const at = Math.min(Math.max(i, first), last) - first;
      line[at] = (line[at] ?? 0) + weight;
      sum += weight;
    }
    // The rounding error of each weight is carried to the next, so that the sum is exactly one.
    let carried = 0;
    let given = 0;
    const base = j * width;
    for (let i = 0; i <= last - first; i++) {
      carried += ((line[i] ?? 0) / sum) * UNIT;
      const rounded = Math.round(carried) - given;
      weights[base + i] = rounded;
      given += rounded;
    }
    starts[j] = first;
    ends[j] = last + 1;
  }
  return { width, starts, ends, weights };
}
