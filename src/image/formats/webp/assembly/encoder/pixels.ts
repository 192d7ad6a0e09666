/** RGBA rows to Y, U and V, 4:2:0, with the weights that libwebp's decoder takes back (RFC 6386, 9.2; BT.601). */
import { pairs, squares } from "../../../../assembly/jpegenc/colour";

/** `count` pixels (a multiple of 16) of one row -> Y. Weights in Q15. */
export function luma(from: usize, to: usize, count: i32): void {
  const bias = i32x4.splat((16 << 15) + (1 << 14));
  for (let i = 0; i < count; i += 16) {
    const a = i16x8.narrow_i32x4_s(lumaOf4(v128.load(from), bias), lumaOf4(v128.load(from, 16), bias));
    const b = i16x8.narrow_i32x4_s(lumaOf4(v128.load(from, 32), bias), lumaOf4(v128.load(from, 48), bias));
    v128.store(to, i8x16.narrow_i16x8_u(a, b));
    from += 64;
    to += 16;
  }
}

@inline
function lumaOf4(pixels: v128, bias: v128): v128 {
  const weights = i16x8(8420, 16530, 3210, 0, 8420, 16530, 3210, 0);
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(pixels), weights);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(pixels), weights);
  return i32x4.shr_s(i32x4.add(pairs(low, high), bias), 15);
}

/** `count` pixels (a multiple of 16) of two rows `step` bytes apart -> half as many samples of U and V. */
export function chroma(from: usize, step: usize, u: usize, v: usize, count: i32): void {
  const toU = i16x8(-4860, -9540, 14400, 0, -4860, -9540, 14400, 0);
  const toV = i16x8(14400, -12058, -2342, 0, 14400, -12058, -2342, 0);
  for (let i = 0; i < count; i += 16) {
    const a = squares(v128.load(from), v128.load(from + step));
    const b = squares(v128.load(from, 16), v128.load(from + step, 16));
    const c = squares(v128.load(from, 32), v128.load(from + step, 32));
    const d = squares(v128.load(from, 48), v128.load(from + step, 48));
    v128.store64_lane(u, weigh(a, b, c, d, toU), 0);
    v128.store64_lane(v, weigh(a, b, c, d, toV), 0);
    from += 64;
    u += 8;
    v += 8;
  }
}

/** Eight samples from the sums of eight squares of 2 x 2 pixels: 128 added, Q15 and the sum of four taken off. */
@inline
function weigh(a: v128, b: v128, c: v128, d: v128, weights: v128): v128 {
  const round = i32x4.splat((128 << 17) + (1 << 16));
  const low = pairs(i32x4.dot_i16x8_s(a, weights), i32x4.dot_i16x8_s(b, weights));
  const high = pairs(i32x4.dot_i16x8_s(c, weights), i32x4.dot_i16x8_s(d, weights));
  const samples = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, round), 17), i32x4.shr_s(i32x4.add(high, round), 17));
  return i8x16.narrow_i16x8_u(samples, samples);
}
