/** RGB primaries and white points to the connection space of ICC profiles, which is XYZ relative to D50. */

import { invert, type Matrix, multiply } from "./matrix.ts";

/** CIE 1931 x and y. */
export type Chromaticity = readonly [x: number, y: number];

export type Primaries = {
  readonly white: Chromaticity;
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
};

type Vector = readonly [number, number, number];

/** The white of the connection space (ICC.1:2022 6.3.1). */
const D50: Vector = [0.9642, 1, 0.8249];
/** The linear Bradford transform (ICC.1:2022 annex E). */
const BRADFORD: Matrix = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];

/** Twice the area of the smallest triangle of primaries. That of sRGB is 0.22. */
const LEAST_AREA = 1e-4;

/**
 * Primaries -> the matrix from linear RGB to XYZ relative to D50. White (1, 1, 1) becomes the white of D50. Null when
 * the primaries lie on one line or have no brightness: no colour space has such ones.
 */
export function primariesMatrix({ white, red, green, blue }: Primaries): Matrix | null {
  const area = (green[0] - red[0]) * (blue[1] - red[1]) - (blue[0] - red[0]) * (green[1] - red[1]);
  if (Math.abs(area) < LEAST_AREA) return null;
  const [r, g, b] = [xyzOf(red), xyzOf(green), xyzOf(blue)];
  const source = xyzOf(white);
  const columns: Matrix = [r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2], b[2]];
  const parts = apply(invert(columns), source);
  const matrix = multiply(columns, diagonal(parts));
  const [from, to] = [apply(BRADFORD, source), apply(BRADFORD, D50)];
  const adapt = multiply(
    invert(BRADFORD),
    multiply(diagonal([to[0] / from[0], to[1] / from[1], to[2] / from[2]]), BRADFORD),
  );
  const result = multiply(adapt, matrix);
  return result.every(Number.isFinite) ? result : null;
}

/** XYZ with Y = 1. */
function xyzOf([x, y]: Chromaticity): Vector {
  return [x / y, 1, (1 - x - y) / y];
}

function apply(m: Matrix, [x, y, z]: Vector): Vector {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
}

function diagonal([a, b, c]: Vector): Matrix {
  return [a, 0, 0, 0, b, 0, 0, 0, c];
}
