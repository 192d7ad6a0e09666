/**
 * Forward DCT (ITU T.81 A.3.3) of 8x8 samples of 16 bits by rows and columns, quantisation, and zigzag order.
 * One pass multiplies by the orthonormal transform times the square root of 8; the first pass keeps 2 more bits. After
 * both passes the values are 8 times those of the standard. The reciprocals of the quantisers take this factor out.
 */
import { factors, high16, low16 } from "../../../../assembly/interleave";

/** sqrt(2) cos(k pi / 16) in Q13. */
const C1: i32 = 11363;
const C2: i32 = 10703;
const C3: i32 = 9633;
const C5: i32 = 6437;
const C6: i32 = 4433;
const C7: i32 = 2260;

/** Zigzag index -> offset in bytes of the coefficient in natural order (T.81 figure A.6). */
const ZIGZAG = memory.data<u8>([
  0, 2, 16, 32, 18, 4, 6, 20, 34, 48, 64, 50, 36, 22, 8, 10, 24, 38, 52, 66, 80, 96, 82, 68, 54, 40, 26, 12, 14, 28, 42,
  56, 70, 84, 98, 112, 114, 100, 86, 72, 58, 44, 30, 46, 60, 74, 88, 102, 116, 118, 104, 90, 76, 62, 78, 92, 106, 120,
  122, 108, 94, 110, 124, 126,
]);
const WORK = memory.data(128, 16);

@inline
function descale(low: v128, high: v128, shift: i32): v128 {
  const round = i32x4.splat(1 << (shift - 1));
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, round), shift), i32x4.shr_s(i32x4.add(high, round), shift));
}

/** One dot product for all eight lanes: x * a + y * b, where `low` and `high` interleave x and y. */
@inline
function turn(low: v128, high: v128, a: i32, b: i32, shift: i32): v128 {
  const k = factors(a, b);
  return descale(i32x4.dot_i16x8_s(low, k), i32x4.dot_i16x8_s(high, k), shift);
}

@inline
function turn4(l0: v128, h0: v128, a: i32, b: i32, l1: v128, h1: v128, c: i32, d: i32, shift: i32): v128 {
  const k = factors(a, b);
  const m = factors(c, d);
  return descale(
    i32x4.add(i32x4.dot_i16x8_s(l0, k), i32x4.dot_i16x8_s(l1, m)),
    i32x4.add(i32x4.dot_i16x8_s(h0, k), i32x4.dot_i16x8_s(h1, m)),
    shift,
  );
}

/** One pass down the columns of WORK, then a transposition. The first pass keeps 2 more bits, the second drops them. */
@inline
function pass(first: bool): void {
  const shift = first ? 11 : 15;
  const x0 = v128.load(WORK), x1 = v128.load(WORK, 16), x2 = v128.load(WORK, 32), x3 = v128.load(WORK, 48);
  const x4 = v128.load(WORK, 64), x5 = v128.load(WORK, 80), x6 = v128.load(WORK, 96), x7 = v128.load(WORK, 112);
  const s0 = i16x8.add(x0, x7), s1 = i16x8.add(x1, x6), s2 = i16x8.add(x2, x5), s3 = i16x8.add(x3, x4);
  const d0 = i16x8.sub(x0, x7), d1 = i16x8.sub(x1, x6), d2 = i16x8.sub(x2, x5), d3 = i16x8.sub(x3, x4);
  const t0 = i16x8.add(s0, s3), t1 = i16x8.add(s1, s2), t2 = i16x8.sub(s0, s3), t3 = i16x8.sub(s1, s2);
  let y0 = i16x8.add(t0, t1), y4 = i16x8.sub(t0, t1);
  if (first) {
    y0 = i16x8.shl(y0, 2);
    y4 = i16x8.shl(y4, 2);
  } else {
    const two = i16x8.splat(2);
    y0 = i16x8.shr_s(i16x8.add_sat_s(y0, two), 2);
    y4 = i16x8.shr_s(i16x8.add_sat_s(y4, two), 2);
  }
  const el = low16(t2, t3), eh = high16(t2, t3);
  const y2 = turn(el, eh, C2, C6, shift);
  const y6 = turn(el, eh, C6, -C2, shift);
  const al = low16(d0, d1), ah = high16(d0, d1);
  const bl = low16(d2, d3), bh = high16(d2, d3);
  const y1 = turn4(al, ah, C1, C3, bl, bh, C5, C7, shift);
  const y3 = turn4(al, ah, C3, -C7, bl, bh, -C1, -C5, shift);
  const y5 = turn4(al, ah, C5, -C1, bl, bh, C7, C3, shift);
  const y7 = turn4(al, ah, C7, -C5, bl, bh, C3, -C1, shift);
  transpose(y0, y1, y2, y3, y4, y5, y6, y7);
}

/** Eight rows of eight into WORK as columns. */
@inline
function transpose(a: v128, b: v128, c: v128, d: v128, e: v128, f: v128, g: v128, h: v128): void {
  const ab = low16(a, b), AB = high16(a, b);
  const cd = low16(c, d), CD = high16(c, d);
  const ef = low16(e, f), EF = high16(e, f);
  const gh = low16(g, h), GH = high16(g, h);
  quarter(WORK, ab, cd, ef, gh);
  quarter(WORK + 64, AB, CD, EF, GH);
}

/** Four columns of pairs into four rows. */
@inline
function quarter(to: usize, ab: v128, cd: v128, ef: v128, gh: v128): void {
  const p = v128.shuffle<u32>(ab, cd, 0, 4, 1, 5), q = v128.shuffle<u32>(ab, cd, 2, 6, 3, 7);
  const r = v128.shuffle<u32>(ef, gh, 0, 4, 1, 5), s = v128.shuffle<u32>(ef, gh, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<u64>(p, r, 0, 2));
  v128.store(to, v128.shuffle<u64>(p, r, 1, 3), 16);
  v128.store(to, v128.shuffle<u64>(q, s, 0, 2), 32);
  v128.store(to, v128.shuffle<u64>(q, s, 1, 3), 48);
}

/**
 * Eight rows of samples, `stride` bytes apart -> 64 quantised coefficients in zigzag order at `to`. `reciprocals`: 64
 * floats in natural order, 1 / (8 * quantiser).
 */
export function transformBlock(from: usize, stride: usize, reciprocals: usize, to: usize): void {
  for (let i: usize = 0; i < 8; i++) v128.store(WORK + (i << 4), v128.load(from + i * stride));
  pass(true);
  pass(false);
  // Baseline codes hold AC values of at most 10 bits (T.81 F.1.2.2); DC of 8-bit samples is within the same bound.
  const most = i16x8.splat(1023);
  const least = i16x8.splat(-1023);
  for (let i: usize = 0; i < 8; i++) {
    const at = WORK + (i << 4);
    const v = v128.load(at);
    const k = reciprocals + (i << 5);
    const low = f32x4.nearest(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v)), v128.load(k)));
    const high = f32x4.nearest(f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(v)), v128.load(k, 16)));
    const q = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high));
    v128.store(at, i16x8.max_s(least, i16x8.min_s(most, q)));
  }
  for (let k: usize = 0; k < 64; k++) store<i16>(to + (k << 1), load<i16>(WORK + <usize>load<u8>(ZIGZAG + k)));
}
