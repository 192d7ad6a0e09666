/** 3x3 matrices, stored row by row. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** The product m * n. */
export function multiply(m: Matrix, n: Matrix): Matrix {
  const cell = (row: number, column: number) =>
    (m[3 * row] ?? 0) * (n[column] ?? 0) +
    (m[3 * row + 1] ?? 0) * (n[3 + column] ?? 0) +
    (m[3 * row + 2] ?? 0) * (n[6 + column] ?? 0);
  return [cell(0, 0), cell(0, 1), cell(0, 2), cell(1, 0), cell(1, 1), cell(1, 2), cell(2, 0), cell(2, 1), cell(2, 2)];
}

/** The inverse, by the adjugate. Its cells are not finite when the matrix has none. */
export function invert([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  const [p, q, r] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const det = a * p + b * q + c * r;
  const adjugate = [p, c * h - b * i, b * f - c * e, q, a * i - c * g, c * d - a * f, r, b * g - a * h, a * e - b * d];
  return adjugate.map((value) => value / det) as unknown as Matrix;
}
