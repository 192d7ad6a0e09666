/** RGBA rows to Y, U and V, 4:2:0, with the weights of BT.601 that decoders expect (RFC 6386, 9.2). */
import { pairs, squares as plainSquares } from "../../../../../assembly/squares";

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

/**
 * Four times the mean of a square of 2 x 2 pixels, for each of R, G, B and A. The mean is taken of x^1.5 instead of x.
 * That is nearer to the mean of the light, so bright colours keep their strength beside dark ones (libwebp takes
 * x^1.25). The first terms of its series are mean + variance / (4 mean). With the sum S and the sum of squares Q, four
 * times that is S + (4 Q - S^2) / (4 S).
 */
@inline
function square(above: v128, below: v128): v128 {
  const a = v128.shuffle<u16>(above, above, 0, 4, 1, 5, 2, 6, 3, 7);
  const b = v128.shuffle<u16>(below, below, 0, 4, 1, 5, 2, 6, 3, 7);
  const one = i16x8.splat(1);
  const sum = i32x4.add(i32x4.dot_i16x8_s(a, one), i32x4.dot_i16x8_s(b, one));
  const squares = i32x4.add(i32x4.dot_i16x8_s(a, a), i32x4.dot_i16x8_s(b, b));
  const s = f32x4.convert_i32x4_s(sum);
  const spread = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shl(squares, 2), i32x4.mul(sum, sum)));
  // The 0.5 avoids 0 / 0 for black.
  const more = f32x4.div(spread, f32x4.add(f32x4.mul(s, f32x4.splat(4)), f32x4.splat(0.5)));
  return i32x4.add(sum, i32x4.trunc_sat_f32x4_s(f32x4.add(more, f32x4.splat(0.5))));
}

/** If the values differ by no more than this, the plain mean is near enough. */
const NEAR: i8 = 12;

/** Two such squares side by side, from four pixels of each row. */
@inline
function squares(above: v128, below: v128): v128 {
  if (nearlySame(above, below)) return plainSquares(above, below);
  return i16x8.narrow_i32x4_s(
    square(i16x8.extend_low_i8x16_u(above), i16x8.extend_low_i8x16_u(below)),
    square(i16x8.extend_high_i8x16_u(above), i16x8.extend_high_i8x16_u(below)),
  );
}

/** Whether in both squares all four pixels are near each other. */
@inline
function nearlySame(above: v128, below: v128): bool {
  const least = i8x16.min_u(above, below);
  const most = i8x16.max_u(above, below);
  const spread = i8x16.sub(
    i8x16.max_u(most, v128.shuffle<u32>(most, most, 1, 0, 3, 2)),
    i8x16.min_u(least, v128.shuffle<u32>(least, least, 1, 0, 3, 2)),
  );
  return !v128.any_true(i8x16.gt_u(spread, i8x16.splat(NEAR)));
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
