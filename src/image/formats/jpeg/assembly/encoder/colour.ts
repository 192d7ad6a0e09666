/** RGBA rows to level-shifted Y, Cb and Cr samples of 16 bits (JFIF 1.02; BT.601 weights in Q14). */
import { pairs, squares } from "../../../../assembly/squares";

/** 0.299, 0.587, 0.114 and 0 for alpha. */
@inline
function lumaWeights(): v128 {
  return i16x8(4899, 9617, 1868, 0, 4899, 9617, 1868, 0);
}

/** `count` pixels (a multiple of 8) of one row -> Y - 128. */
export function luma(from: usize, to: usize, count: i32): void {
  const weights = lumaWeights();
  // Rounding and the level shift in one: 0.5 - 128.
  const bias = i32x4.splat(8192 - (128 << 14));
  for (let i = 0; i < count; i += 8) {
    const p = v128.load(from);
    const q = v128.load(from, 16);
    const a = pairs(
      i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(p), weights),
      i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(p), weights),
    );
    const b = pairs(
      i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(q), weights),
      i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(q), weights),
    );
    v128.store(to, i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, bias), 14), i32x4.shr_s(i32x4.add(b, bias), 14)));
    from += 32;
    to += 16;
  }
}

@inline
function toCb(): v128 {
  return i16x8(-2765, -5427, 8192, 0, -2765, -5427, 8192, 0);
}

@inline
function toCr(): v128 {
  return i16x8(8192, -6860, -1332, 0, 8192, -6860, -1332, 0);
}

/** 4:2:0: `count` pixels (a multiple of 16) of two rows `stride` apart -> half as many Cb - 128 and Cr - 128. */
export function halfChroma(from: usize, stride: usize, cb: usize, cr: usize, count: i32): void {
  for (let i = 0; i < count; i += 16) {
    const a = squares(v128.load(from), v128.load(from + stride));
    const b = squares(v128.load(from, 16), v128.load(from + stride, 16));
    const c = squares(v128.load(from, 32), v128.load(from + stride, 32));
    const d = squares(v128.load(from, 48), v128.load(from + stride, 48));
    // Each value is the sum of four pixels: two more bits.
    v128.store(cb, weigh(a, b, c, d, toCb(), 16));
    v128.store(cr, weigh(a, b, c, d, toCr(), 16));
    from += 64;
    cb += 16;
    cr += 16;
  }
}

/** 4:4:4: `count` pixels (a multiple of 8) of one row -> as many Cb - 128 and Cr - 128. */
export function fullChroma(from: usize, cb: usize, cr: usize, count: i32): void {
  for (let i = 0; i < count; i += 8) {
    const p = v128.load(from);
    const q = v128.load(from, 16);
    const a = i16x8.extend_low_i8x16_u(p);
    const b = i16x8.extend_high_i8x16_u(p);
    const c = i16x8.extend_low_i8x16_u(q);
    const d = i16x8.extend_high_i8x16_u(q);
    v128.store(cb, weigh(a, b, c, d, toCb(), 14));
    v128.store(cr, weigh(a, b, c, d, toCr(), 14));
    from += 32;
    cb += 16;
    cr += 16;
  }
}

@inline
function weigh(a: v128, b: v128, c: v128, d: v128, weights: v128, shift: i32): v128 {
  const round = i32x4.splat(1 << (shift - 1));
  const low = pairs(i32x4.dot_i16x8_s(a, weights), i32x4.dot_i16x8_s(b, weights));
  const high = pairs(i32x4.dot_i16x8_s(c, weights), i32x4.dot_i16x8_s(d, weights));
  // Pure blue and pure red round to 128. That is one above the largest sample (JFIF: Cb and Cr are 0..255).
  return i16x8.min_s(
    i16x8.splat(127),
    i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, round), shift), i32x4.shr_s(i32x4.add(high, round), shift)),
  );
}
