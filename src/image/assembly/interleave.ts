/** Vectors of 16-bit values laid side by side, as the dot instruction takes them: two products and their sum a lane. */

/** The first four of `a` and of `b` in turn. */
@inline
export function low16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The last four of `a` and of `b` in turn. */
@inline
export function high16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Two factors (i16) for such pairs, the same in every lane. */
@inline
export function factors(a: i32, b: i32): v128 {
  return i32x4.splat((a & 0xffff) | (b << 16));
}
