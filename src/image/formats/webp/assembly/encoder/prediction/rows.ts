/** Samples of 4 x 4 blocks in vectors. */

/** Eight samples of a row as 16-bit values: a row of two blocks side by side. */
@inline
export function row8(at: usize): v128 {
  return v128.load_ext<u8>(at);
}

/** The sixteen samples of one block, row by row. */
@inline
export function block16(at: usize, stride: usize): v128 {
  let v = v128.load32_zero(at);
  v = v128.load32_lane(at + stride, v, 1);
  v = v128.load32_lane(at + 2 * stride, v, 2);
  return v128.load32_lane(at + 3 * stride, v, 3);
}

/** Sum of four 32-bit lanes. */
@inline
export function sum32(v: v128): i32 {
  const half = i32x4.add(v, v128.shuffle<u32>(v, v, 2, 3, 0, 1));
  return i32x4.extract_lane(half, 0) + i32x4.extract_lane(half, 1);
}

/** Sum of sixteen bytes. */
@inline
export function sumBytes(v: v128): i32 {
  return sum32(i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v)));
}
