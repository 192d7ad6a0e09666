/**
 * The rings of sample rows. A band is one macroblock row (16 rows of Y, 8 of U and V). A ring has as many bands as the
 * output's filters reach over. Rows of U and V have the same length.
 */

@unmanaged
class Ring {
  /** First row, bytes from row to row, bands. */
  at: usize;
  stride: usize;
  bands: i32;
}

const RINGS = memory.data(16 * 3, 16);

@inline
function ring(plane: i32): Ring {
  return changetype<Ring>(RINGS + (<usize>plane << 4));
}

/** The ring of a plane (0 Y, 1 U, 2 V): `bands` bands of `stride` bytes a row. */
export function setRing(plane: i32, at: usize, stride: i32, bands: i32): void {
  const r = ring(plane);
  r.at = at;
  r.stride = <usize>stride;
  r.bands = bands;
}

@inline
export function strideOf(plane: i32): usize {
  return ring(plane).stride;
}

/** Address of the first row of macroblock row `y`. */
export function band(plane: i32, y: i32): usize {
  const r = ring(plane);
  const rows: usize = plane == 0 ? 16 : 8;
  return r.at + <usize>(y % r.bands) * rows * r.stride;
}
