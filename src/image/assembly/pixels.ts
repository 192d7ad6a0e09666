/** Vectors of one channel each to RGBA, eight pixels at a time. */
import { high16, low16 } from "./interleave";

/**
 * a times the first factor of `by`, plus b times the second, plus `moreLow` and `moreHigh` (which hold the rounding
 * too). The sums are shifted right and narrowed to 16 bits.
 */
@inline
export function mix(a: v128, b: v128, by: v128, moreLow: v128, moreHigh: v128, shift: i32): v128 {
  const lo = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low16(a, b), by), moreLow), shift);
  const hi = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high16(a, b), by), moreHigh), shift);
  return i16x8.narrow_i32x4_s(lo, hi);
}

/** Clamps four vectors of 16-bit values to bytes and stores them as eight pixels: 32 bytes at `to`. */
@inline
export function storePixels(to: usize, r: v128, g: v128, b: v128, a: v128): void {
  const rg = i8x16.narrow_i16x8_u(r, g);
  const ba = i8x16.narrow_i16x8_u(b, a);
  const rg2 = v128.shuffle<u8>(rg, rg, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const ba2 = v128.shuffle<u8>(ba, ba, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store(to, low16(rg2, ba2));
  v128.store(to, high16(rg2, ba2), 16);
}
