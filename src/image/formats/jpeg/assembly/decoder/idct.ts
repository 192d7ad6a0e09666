/**
 * Scaled inverse DCTs: the lowest N x N coefficients of a block through an N-point inverse DCT give the block at N/8 of
 * its size (Dugad and Ahuja, IEEE CSVT 11(4), 2001). At 1/8 that is libjpeg's own 1 x 1; at 1/4 and 1/2 libjpeg
 * averages samples instead, which takes coefficients beyond the corner too.
 */
import { factors, high16, low16 } from "../../../../assembly/interleave";
import { Component } from "./component";
import { idct8 } from "./idct8";

const LEVEL: i32 = 128;

@inline
function clamp(v: i32): i32 {
  return max(0, min(255, v));
}

/** cos(pi/8) and sin(pi/8) over sqrt(2), and 1/2, all in 13 bits: a 4-point pass. */
const COS: i32 = 5352;
const SIN: i32 = 2217;
const HALF: i32 = 4096;
/** Three fraction bits are kept after the first pass. The result is halved once more. */
const DOWN_1: i32 = 10;
const DOWN_2: i32 = 17;

function idct4(block: usize, quant: usize, out: usize, stride: usize): void {
  const rows01 = i16x8.mul(v128.load(block), v128.load(quant));
  const rows23 = i16x8.mul(v128.load(block, 16), v128.load(quant, 16));
  const even = low16(rows01, rows23);
  const odd = high16(rows01, rows23);
  const round1 = i32x4.splat(1 << (DOWN_1 - 1));
  const e0 = i32x4.add(i32x4.dot_i16x8_s(even, factors(HALF, HALF)), round1);
  const e1 = i32x4.add(i32x4.dot_i16x8_s(even, factors(HALF, -HALF)), round1);
  const o0 = i32x4.dot_i16x8_s(odd, factors(COS, SIN));
  const o1 = i32x4.dot_i16x8_s(odd, factors(SIN, -COS));
  const top = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(e0, o0), DOWN_1), i32x4.shr_s(i32x4.add(e1, o1), DOWN_1));
  const low = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(e1, o1), DOWN_1), i32x4.shr_s(i32x4.sub(e0, o0), DOWN_1));
  // Columns 0 and 2, 1 and 3 of all four rows as pairs: the second pass needs no transpose.
  const even2 = v128.shuffle<u16>(top, low, 0, 2, 4, 6, 8, 10, 12, 14);
  const odd2 = v128.shuffle<u16>(top, low, 1, 3, 5, 7, 9, 11, 13, 15);
  const round2 = i32x4.splat((1 << (DOWN_2 - 1)) + (LEVEL << DOWN_2));
  const f0 = i32x4.add(i32x4.dot_i16x8_s(even2, factors(HALF, HALF)), round2);
  const f1 = i32x4.add(i32x4.dot_i16x8_s(even2, factors(HALF, -HALF)), round2);
  const g0 = i32x4.dot_i16x8_s(odd2, factors(COS, SIN));
  const g1 = i32x4.dot_i16x8_s(odd2, factors(SIN, -COS));
  const left = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(f0, g0), DOWN_2), i32x4.shr_s(i32x4.add(f1, g1), DOWN_2));
  const right = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.sub(f1, g1), DOWN_2), i32x4.shr_s(i32x4.sub(f0, g0), DOWN_2));
  const columns = i8x16.narrow_i16x8_u(left, right);
  const rows = v128.shuffle<u8>(columns, columns, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  v128.store_lane<u32>(out, rows, 0);
  v128.store_lane<u32>(out + stride, rows, 1);
  v128.store_lane<u32>(out + stride * 2, rows, 2);
  v128.store_lane<u32>(out + stride * 3, rows, 3);
}

@inline
function times(block: usize, quant: usize, i: usize): i32 {
  return <i32>load<i16>(block + (i << 1)) * <i32>load<i16>(quant + (i << 1));
}

function idct2(block: usize, quant: usize, out: usize, stride: usize): void {
  const a = times(block, quant, 0) + 4 + (LEVEL << 3);
  const b = times(block, quant, 1);
  const c = times(block, quant, 2);
  const d = times(block, quant, 3);
  store<u8>(out, clamp((a + b + c + d) >> 3));
  store<u8>(out, clamp((a - b + c - d) >> 3), 1);
  store<u8>(out + stride, clamp((a + b - c - d) >> 3));
  store<u8>(out + stride, clamp((a - b - c + d) >> 3), 1);
}

/** One sample for the whole N x N square. */
function flat(value: i32, size: i32, out: usize, stride: usize): void {
  if (size == 8) {
    const v = <u64>value * 0x0101010101010101;
    for (let y: usize = 0; y < 8; y++) store<u64>(out + y * stride, v);
  } else {
    const v = <u32>value * 0x01010101;
    for (let y: usize = 0; y < 4; y++) store<u32>(out + y * stride, v);
  }
}

/** The kept coefficients at `block` -> size x size samples at `out`. */
@inline
export function inverse(c: Component, block: usize, out: usize): void {
  const size = c.size;
  const quant = c.quant;
  const stride = <usize>c.stride;
  if (size == 1) {
    store<u8>(out, clamp(((times(block, quant, 0) + 4) >> 3) + LEVEL));
  } else if (size == 2) {
    idct2(block, quant, out, stride);
  } else if (size == 4) {
    const first = v128.load(block);
    const others = v128.or(i64x2.replace_lane(first, 0, <i64>(load<u64>(block) >> 16)), v128.load(block, 16));
    if (v128.any_true(others)) idct4(block, quant, out, stride);
    else flat(clamp(((times(block, quant, 0) + 4) >> 3) + LEVEL), 4, out, stride);
  } else {
    let others = v128.or(v128.load(block, 16), v128.load(block, 32));
    others = v128.or(others, v128.or(v128.load(block, 48), v128.load(block, 64)));
    others = v128.or(others, v128.or(v128.load(block, 80), v128.load(block, 96)));
    const first = i64x2.replace_lane(v128.load(block), 0, <i64>(load<u64>(block) >> 16));
    others = v128.or(others, v128.or(first, v128.load(block, 112)));
    if (v128.any_true(others)) idct8(block, quant, out, stride);
    else flat(clamp(((times(block, quant, 0) + 4) >> 3) + LEVEL), 8, out, stride);
  }
}
