/** Interleaves vectors of 16-bit values for the dot instruction, which adds two products in each lane. */

/** a0 b0 a1 b1 a2 b2 a3 b3 */
@inline
export function low16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** a4 b4 a5 b5 a6 b6 a7 b7 */
@inline
export function high16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The factors (i16) of such pairs: `a` and `b` in every lane. */
@inline
export function factors(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}
