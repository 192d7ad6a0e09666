/** Structural similarity (Wang et al. 2004) of the luma of two pictures with its Gaussian window: 11 taps, sigma 1.5. */

const RADIUS = 5;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
const TAPS = Float64Array.from({ length: 2 * RADIUS + 1 }, (_, i) => Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)));

/** RGBA, 8 bits a channel -> luma. */
function luma(rgba: Uint8Array): Float32Array {
  const out = new Float32Array(rgba.length / 4);
  for (let i = 0, at = 0; i < out.length; i++, at += 4) {
    out[i] = 0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0);
  }
  return out;
}

/** The window's weighted means around each sample; at the edges of those samples that there are. */
function blur(plane: Float32Array, width: number, height: number): Float32Array {
  return along(along(plane, width, height, 1, width), height, width, width, 1);
}

/** Along lines of `length` samples `step` apart; there are `lines` of them `stride` apart. */
function along(plane: Float32Array, length: number, lines: number, step: number, stride: number): Float32Array {
  const out = new Float32Array(plane.length);
  for (let i = 0; i < length; i++) {
    const [from, to] = [Math.max(-RADIUS, -i), Math.min(RADIUS, length - 1 - i)];
    let weight = 0;
    for (let tap = from; tap <= to; tap++) weight += TAPS[tap + RADIUS] ?? 0;
    for (let line = 0; line < lines; line++) {
      const at = line * stride + i * step;
      let sum = 0;
      for (let tap = from; tap <= to; tap++) sum += (TAPS[tap + RADIUS] ?? 0) * (plane[at + tap * step] ?? 0);
      out[at] = sum / weight;
    }
  }
  return out;
}

const times = (a: Float32Array, b: Float32Array) => a.map((value, i) => value * (b[i] ?? 0));

/** Compares pictures with `source`: gives a function from RGBA of the same size to the mean over all samples, 1 = equal. */
export function ssimTo(source: Uint8Array, width: number, height: number): (rgba: Uint8Array) => number {
  const x = luma(source);
  const meanX = blur(x, width, height);
  const squareX = blur(times(x, x), width, height);
  return (rgba) => {
    const y = luma(rgba);
    const meanY = blur(y, width, height);
    const squareY = blur(times(y, y), width, height);
    const product = blur(times(x, y), width, height);
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const [a, b] = [meanX[i] ?? 0, meanY[i] ?? 0];
      const variances = (squareX[i] ?? 0) - a * a + (squareY[i] ?? 0) - b * b;
      const covariance = (product[i] ?? 0) - a * b;
      sum += ((2 * a * b + C1) * (2 * covariance + C2)) / ((a * a + b * b + C1) * (variances + C2));
    }
    return sum / x.length;
  };
}
