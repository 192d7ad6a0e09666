/** The Gaussian kernel of libvips (`vips_gaussmat`). */

/** libvips' whole numbers: the value in the middle. */
const SCALE = 20;

/**
 * Weights at the distances 0, 1, 2, …, whole numbers with 20 in the middle. `sigma`: standard deviation in pixels. The
 * kernel ends before the first value under `least` (0 to 1).
 */
export function gaussianWeights(sigma: number, least: number): readonly number[] {
  const weights = [SCALE];
  for (let x = 1; ; x++) {
    const value = Math.exp((-x * x) / (2 * sigma * sigma));
    if (!(value >= least)) return weights;
    weights.push(Math.round(SCALE * value));
  }
}
