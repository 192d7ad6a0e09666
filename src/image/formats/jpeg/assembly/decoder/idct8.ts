/**
 * The inverse DCT at full size (ITU T.81, A.3.3), by the factorisation of Loeffler, Ligtenberg and Moschytz (ICASSP
 * 1989) in 13-bit fixed point, with the products of each rotation merged to pairs for the dot instruction. The sums are
 * those of libjpeg's "islow" in another order, so the samples are the same.
 */
import { factors, high16, low16 } from "../../../../assembly/interleave";

const PASS_1: i32 = 11;
const PASS_2: i32 = 18;
const LEVEL: i32 = 128;

/** Four columns of one pass. `p26` and the others are interleaved rows. The 8 results go to `out`, not rounded yet. */
@inline
function pass(p04: v128, p26: v128, p73: v128, p51: v128, rounding: v128, shift: i32, out: usize): void {
  const even0 = i32x4.add(i32x4.dot_i16x8_s(p04, factors(8192, 8192)), rounding);
  const even1 = i32x4.add(i32x4.dot_i16x8_s(p04, factors(8192, -8192)), rounding);
  const even3 = i32x4.dot_i16x8_s(p26, factors(10703, 4433));
  const even2 = i32x4.dot_i16x8_s(p26, factors(4433, -10704));
  const a0 = i32x4.add(even0, even3);
  const a3 = i32x4.sub(even0, even3);
  const a1 = i32x4.add(even1, even2);
  const a2 = i32x4.sub(even1, even2);
  // Rows 7 and 3, 5 and 1: each output of the odd part is one dot product of each pair.
  const b0 = i32x4.add(i32x4.dot_i16x8_s(p73, factors(2446 - 7373 - 16069 + 9633, 9633 - 16069)), i32x4.dot_i16x8_s(p51, factors(9633, 9633 - 7373)));
  const b1 = i32x4.add(i32x4.dot_i16x8_s(p73, factors(9633, 9633 - 20995)), i32x4.dot_i16x8_s(p51, factors(16819 - 20995 - 3196 + 9633, 9633 - 3196)));
  const b2 = i32x4.add(i32x4.dot_i16x8_s(p73, factors(9633 - 16069, 25172 - 20995 - 16069 + 9633)), i32x4.dot_i16x8_s(p51, factors(9633 - 20995, 9633)));
  const b3 = i32x4.add(i32x4.dot_i16x8_s(p73, factors(9633 - 7373, 9633)), i32x4.dot_i16x8_s(p51, factors(9633 - 3196, 12299 - 7373 - 3196 + 9633)));
  v128.store(out, i32x4.shr_s(i32x4.add(a0, b3), shift));
  v128.store(out, i32x4.shr_s(i32x4.sub(a0, b3), shift), 112);
  v128.store(out, i32x4.shr_s(i32x4.add(a1, b2), shift), 16);
  v128.store(out, i32x4.shr_s(i32x4.sub(a1, b2), shift), 96);
  v128.store(out, i32x4.shr_s(i32x4.add(a2, b1), shift), 32);
  v128.store(out, i32x4.shr_s(i32x4.sub(a2, b1), shift), 80);
  v128.store(out, i32x4.shr_s(i32x4.add(a3, b0), shift), 48);
  v128.store(out, i32x4.shr_s(i32x4.sub(a3, b0), shift), 64);
}

const SCRATCH = memory.data(256, 16);

@inline
function narrowed(i: usize): v128 {
  return i16x8.narrow_i32x4_s(v128.load(SCRATCH + (i << 4)), v128.load(SCRATCH + 128 + (i << 4)));
}

@inline
function row(block: usize, quant: usize, i: usize): v128 {
  return i16x8.mul(v128.load(block + (i << 4)), v128.load(quant + (i << 4)));
}

/** The 64 coefficients at `block` times `quant` -> 8 x 8 samples at `out`. */
export function idct8(block: usize, quant: usize, out: usize, stride: usize): void {
  const c0 = row(block, quant, 0);
  const c1 = row(block, quant, 1);
  const c2 = row(block, quant, 2);
  const c3 = row(block, quant, 3);
  const c4 = row(block, quant, 4);
  const c5 = row(block, quant, 5);
  const c6 = row(block, quant, 6);
  const c7 = row(block, quant, 7);
  const round1 = i32x4.splat(1 << (PASS_1 - 1));
  pass(low16(c0, c4), low16(c2, c6), low16(c7, c3), low16(c5, c1), round1, PASS_1, SCRATCH);
  pass(high16(c0, c4), high16(c2, c6), high16(c7, c3), high16(c5, c1), round1, PASS_1, SCRATCH + 128);

  // 8 x 8 transpose of 16-bit values.
  const t0 = narrowed(0);
  const t1 = narrowed(1);
  const t2 = narrowed(2);
  const t3 = narrowed(3);
  const t4 = narrowed(4);
  const t5 = narrowed(5);
  const t6 = narrowed(6);
  const t7 = narrowed(7);
  const u0 = low16(t0, t4);
  const u1 = high16(t0, t4);
  const u2 = low16(t1, t5);
  const u3 = high16(t1, t5);
  const u4 = low16(t2, t6);
  const u5 = high16(t2, t6);
  const u6 = low16(t3, t7);
  const u7 = high16(t3, t7);
  const w0 = low16(u0, u4);
  const w1 = high16(u0, u4);
  const w2 = low16(u1, u5);
  const w3 = high16(u1, u5);
  const w4 = low16(u2, u6);
  const w5 = high16(u2, u6);
  const w6 = low16(u3, u7);
  const w7 = high16(u3, u7);
  const x0 = low16(w0, w4);
  const x1 = high16(w0, w4);
  const x2 = low16(w1, w5);
  const x3 = high16(w1, w5);
  const x4 = low16(w2, w6);
  const x5 = high16(w2, w6);
  const x6 = low16(w3, w7);
  const x7 = high16(w3, w7);

  const round2 = i32x4.splat((1 << (PASS_2 - 1)) + (LEVEL << PASS_2));
  pass(low16(x0, x4), low16(x2, x6), low16(x7, x3), low16(x5, x1), round2, PASS_2, SCRATCH);
  pass(high16(x0, x4), high16(x2, x6), high16(x7, x3), high16(x5, x1), round2, PASS_2, SCRATCH + 128);

  // Columns of samples to rows: bytes of columns 0|1, 2|3, 4|5, 6|7, then three rounds of interleaving.
  const p = i8x16.narrow_i16x8_u(narrowed(0), narrowed(1));
  const q = i8x16.narrow_i16x8_u(narrowed(2), narrowed(3));
  const s = i8x16.narrow_i16x8_u(narrowed(4), narrowed(5));
  const t = i8x16.narrow_i16x8_u(narrowed(6), narrowed(7));
  const p2 = v128.shuffle<u8>(p, p, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const q2 = v128.shuffle<u8>(q, q, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const s2 = v128.shuffle<u8>(s, s, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const t2b = v128.shuffle<u8>(t, t, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const a = low16(p2, q2);
  const b = high16(p2, q2);
  const c = low16(s2, t2b);
  const d = high16(s2, t2b);
  const r01 = v128.shuffle<u32>(a, c, 0, 4, 1, 5);
  const r23 = v128.shuffle<u32>(a, c, 2, 6, 3, 7);
  const r45 = v128.shuffle<u32>(b, d, 0, 4, 1, 5);
  const r67 = v128.shuffle<u32>(b, d, 2, 6, 3, 7);
  v128.store_lane<u64>(out, r01, 0);
  v128.store_lane<u64>(out + stride, r01, 1);
  v128.store_lane<u64>(out + stride * 2, r23, 0);
  v128.store_lane<u64>(out + stride * 3, r23, 1);
  v128.store_lane<u64>(out + stride * 4, r45, 0);
  v128.store_lane<u64>(out + stride * 5, r45, 1);
  v128.store_lane<u64>(out + stride * 6, r67, 0);
  v128.store_lane<u64>(out + stride * 7, r67, 1);
}
