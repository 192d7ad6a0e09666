/** Sums of neighbouring pixels, for luma weights and for 4:2:0 chroma. */

/** Sums of neighbouring lanes: a0+a1, a2+a3, b0+b1, b2+b3. */
@inline
export function pairs(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<u32>(a, b, 0, 2, 4, 6), v128.shuffle<u32>(a, b, 1, 3, 5, 7));
}

/** Sums squares of 2 x 2 pixels from two rows. The lanes of the result are R, G, B, A of a square, twice. */
@inline
export function squares(above: v128, below: v128): v128 {
  const left = i16x8.add(i16x8.extend_low_i8x16_u(above), i16x8.extend_low_i8x16_u(below));
  const right = i16x8.add(i16x8.extend_high_i8x16_u(above), i16x8.extend_high_i8x16_u(below));
  return i16x8.add(v128.shuffle<u64>(left, right, 0, 2), v128.shuffle<u64>(left, right, 1, 3));
}
