/**
 * The transforms: forward as libwebp's encoder does them, so that sizes stay comparable, and the inverse DCT exactly as
 * a decoder does it (RFC 6386, section 14). A coefficient block is 16 values of 16 bits, row by row.
 */
import { factors, high16, low16 } from "../../../../../assembly/interleave";
import { byCos, bySin } from "../../decoder/transform";

/** Factors of the forward DCT's odd outputs: sqrt(2) sin(pi/8) and sqrt(2) cos(pi/8) in Q12. */
const SIN: i32 = 2217;
const COS: i32 = 5352;

/** A vector holds a row of block A and the same row of block B: the four rows become the four columns. */
@inline
function turned(r0: v128, r1: v128, r2: v128, r3: v128, column: i32): v128 {
  const low = column < 2 ? firstTwo(r0, r1) : lastTwo(r0, r1);
  const high = column < 2 ? firstTwo(r2, r3) : lastTwo(r2, r3);
  return column & 1 ? v128.shuffle<u32>(low, high, 1, 5, 3, 7) : v128.shuffle<u32>(low, high, 0, 4, 2, 6);
}

@inline
function firstTwo(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
}

@inline
function lastTwo(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}

/** (x * a + y * b + round) >> shift for eight lanes: `pair` is a and b, `low` and `high` are the pairs of x and y. */
@inline
function turn(low: v128, high: v128, pair: v128, round: i32, shift: i32): v128 {
  const r = i32x4.splat(round);
  return i16x8.narrow_i32x4_s(
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low, pair), r), shift),
    i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high, pair), r), shift),
  );
}

/** Rows of differences of two blocks (A in the low half of each vector, B in the high half) -> their coefficients. */
@inline
export function forwardDct(r0: v128, r1: v128, r2: v128, r3: v128, toA: usize, toB: usize): void {
  const plus = factors(SIN, COS);
  const minus = factors(-COS, SIN);
  // Down the columns, then along the rows: both times the vectors are what is added up.
  let a0 = i16x8.add(r0, r3), a1 = i16x8.add(r1, r2), a2 = i16x8.sub(r1, r2), a3 = i16x8.sub(r0, r3);
  let low = low16(a2, a3), high = high16(a2, a3);
  let b0 = i16x8.shl(i16x8.add(a0, a1), 3);
  let b1 = turn(low, high, plus, 1812, 9);
  let b2 = i16x8.shl(i16x8.sub(a0, a1), 3);
  let b3 = turn(low, high, minus, 937, 9);
  const c0 = turned(b0, b1, b2, b3, 0), c1 = turned(b0, b1, b2, b3, 1);
  const c2 = turned(b0, b1, b2, b3, 2), c3 = turned(b0, b1, b2, b3, 3);
  a0 = i16x8.add(c0, c3);
  a1 = i16x8.add(c1, c2);
  a2 = i16x8.sub(c1, c2);
  a3 = i16x8.sub(c0, c3);
  low = low16(a2, a3);
  high = high16(a2, a3);
  const seven = i16x8.splat(7);
  b0 = i16x8.shr_s(i16x8.add(i16x8.add(a0, a1), seven), 4);
  // libwebp adds one where the difference is not zero.
  b1 = i16x8.add(turn(low, high, plus, 12000, 16), i16x8.add(i16x8.splat(1), i16x8.eq(a3, i16x8.splat(0))));
  b2 = i16x8.shr_s(i16x8.add(i16x8.sub(a0, a1), seven), 4);
  b3 = turn(low, high, minus, 51000, 16);
  const d0 = turned(b0, b1, b2, b3, 0), d1 = turned(b0, b1, b2, b3, 1);
  const d2 = turned(b0, b1, b2, b3, 2), d3 = turned(b0, b1, b2, b3, 3);
  v128.store(toA, v128.shuffle<u64>(d0, d1, 0, 2));
  v128.store(toA, v128.shuffle<u64>(d2, d3, 0, 2), 16);
  v128.store(toB, v128.shuffle<u64>(d0, d1, 1, 3));
  v128.store(toB, v128.shuffle<u64>(d2, d3, 1, 3), 16);
}

/** The first coefficients of sixteen blocks of 32 bytes each -> the second-order block (the inverse of 14.3). */
export function forwardWalsh(blocks: usize, to: usize): void {
  for (let i: usize = 0; i < 4; i++) walsh(blocks + (i << 7), 32, to + (i << 3), 2, 0);
  for (let i: usize = 0; i < 4; i++) walsh(to + (i << 1), 8, to + (i << 1), 8, 1);
}

/** One row or column of four values `step` bytes apart. */
@inline
function walsh(from: usize, step: usize, to: usize, stepTo: usize, shift: i32): void {
  const v0 = <i32>load<i16>(from);
  const v1 = <i32>load<i16>(from + step);
  const v2 = <i32>load<i16>(from + 2 * step);
  const v3 = <i32>load<i16>(from + 3 * step);
  store<i16>(to, <i16>((v0 + v1 + v2 + v3) >> shift));
  store<i16>(to + stepTo, <i16>((v0 + v1 - v2 - v3) >> shift));
  store<i16>(to + 2 * stepTo, <i16>((v0 - v1 - v2 + v3) >> shift));
  store<i16>(to + 3 * stepTo, <i16>((v0 - v1 + v2 - v3) >> shift));
}

/** Dequantised coefficients added to the sixteen predicted samples: four rows of four at `to`, clamped. */
@inline
export function rebuild(block: usize, predicted: v128, to: usize, stride: usize): void {
  const r0 = v128.load_ext<i16>(block);
  const r1 = v128.load_ext<i16>(block, 8);
  const r2 = v128.load_ext<i16>(block, 16);
  const r3 = v128.load_ext<i16>(block, 24);
  let a = i32x4.add(r0, r2);
  let b = i32x4.sub(r0, r2);
  let c = i32x4.sub(bySin(r1), byCos(r3));
  let d = i32x4.add(byCos(r1), bySin(r3));
  const t0 = i32x4.add(a, d), t1 = i32x4.add(b, c), t2 = i32x4.sub(b, c), t3 = i32x4.sub(a, d);
  const u0 = v128.shuffle<u32>(t0, t1, 0, 4, 1, 5), u1 = v128.shuffle<u32>(t0, t1, 2, 6, 3, 7);
  const u2 = v128.shuffle<u32>(t2, t3, 0, 4, 1, 5), u3 = v128.shuffle<u32>(t2, t3, 2, 6, 3, 7);
  const c0 = i32x4.add(v128.shuffle<u64>(u0, u2, 0, 2), i32x4.splat(4));
  const c1 = v128.shuffle<u64>(u0, u2, 1, 3);
  const c2 = v128.shuffle<u64>(u1, u3, 0, 2);
  const c3 = v128.shuffle<u64>(u1, u3, 1, 3);
  a = i32x4.add(c0, c2);
  b = i32x4.sub(c0, c2);
  c = i32x4.sub(bySin(c1), byCos(c3));
  d = i32x4.add(byCos(c1), bySin(c3));
  const d01 = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(a, d), 3), i32x4.shr_s(i32x4.add(b, c), 3));
  const d23 = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(b, c), 3), i32x4.shr_s(i32x4.sub(a, d), 3));
  const e01 = v128.shuffle<u16>(d01, d01, 0, 4, 1, 5, 2, 6, 3, 7);
  const e23 = v128.shuffle<u16>(d23, d23, 0, 4, 1, 5, 2, 6, 3, 7);
  const low = i16x8.add(i16x8.extend_low_i8x16_u(predicted), v128.shuffle<u32>(e01, e23, 0, 4, 1, 5));
  const high = i16x8.add(i16x8.extend_high_i8x16_u(predicted), v128.shuffle<u32>(e01, e23, 2, 6, 3, 7));
  const samples = i8x16.narrow_i16x8_u(low, high);
  v128.store32_lane(to, samples, 0);
  v128.store32_lane(to + stride, samples, 1);
  v128.store32_lane(to + 2 * stride, samples, 2);
  v128.store32_lane(to + 3 * stride, samples, 3);
}
