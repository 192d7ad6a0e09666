/** Quantisation and dequantisation of a block of coefficients (RFC 6386, 9.6 and 14.1). */

/** Kinds of quantiser of a segment. */
export const LUMA: i32 = 0;
export const SECOND: i32 = 1;
export const CHROMA: i32 = 2;
const KINDS: i32 = 3;

/** Sixteen factors, reciprocals (Q17) and roundings (Q17). */
const RECIPROCALS: usize = 32;
const ROUNDINGS: usize = 64;
const QUANTISER_BYTES: i32 = 128;
const QUANTISERS = memory.data(4 * 3 * 128, 16);

/** The most a level can be in the bitstream: DCT_CAT6 has 11 bits (13.2). */
const MOST: i16 = 2047;

/**
 * Rounding in 1/256 of the factor, for the first and the other coefficients of each kind. 128 rounds to the nearest
 * level. Less makes small values zero, which saves bytes. The mean of a luma block is rounded almost to the nearest,
 * because a wrong mean shows as a block. A wrong mean of chroma is made up for in the next blocks (chroma.ts).
 */
const ROUND = memory.data<u8>([120, 106, 96, 108, 96, 112]);

@inline
export function quantiserOf(segment: i32, kind: i32): usize {
  return QUANTISERS + <usize>((segment * KINDS + kind) * QUANTISER_BYTES);
}

/** The factor of the coefficients after the first. */
@inline
export function acOf(quantiser: usize): i32 {
  return load<i16>(quantiser, 2);
}

@inline
export function dcOf(quantiser: usize): i32 {
  return load<i16>(quantiser);
}

/** Fills a quantiser. Gives its mean factor. */
export function setQuantiser(segment: i32, kind: i32, dc: i32, ac: i32): i32 {
  const q = quantiserOf(segment, kind);
  for (let i: usize = 0; i < 16; i++) {
    const factor = i == 0 ? dc : ac;
    const reciprocal: i32 = 131072 / factor;
    const rounding = <i32>load<u8>(ROUND + <usize>(kind * 2 + (i == 0 ? 0 : 1)));
    store<i16>(q + 2 * i, <i16>factor);
    store<u16>(q + 2 * i, <u16>reciprocal, RECIPROCALS);
    store<i32>(q + 4 * i, rounding << 9, ROUNDINGS);
  }
  return (dc + 15 * ac + 8) >> 4;
}

/** The place of the last level that is not zero in the block quantised last; -1: none. */
export let last: i32 = -1;

/** Eight levels from the magnitudes of eight coefficients. */
@inline
function levels8(magnitudes: v128, quantiser: usize, half: usize): v128 {
  const reciprocals = v128.load(quantiser + (half << 4), RECIPROCALS);
  const low = i32x4.add(i32x4.extmul_low_i16x8_u(magnitudes, reciprocals), v128.load(quantiser + (half << 5), ROUNDINGS));
  const high = i32x4.add(i32x4.extmul_high_i16x8_u(magnitudes, reciprocals), v128.load(quantiser + (half << 5), ROUNDINGS + 16));
  return i16x8.min_s(i16x8.narrow_i32x4_s(i32x4.shr_u(low, 17), i32x4.shr_u(high, 17)), i16x8.splat(MOST));
}

/** A mask with a bit for each of sixteen levels that is not zero. */
@inline
function placesOf(a: v128, b: v128): i32 {
  const zero = i16x8.splat(0);
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.ne(a, zero), i16x8.ne(b, zero)));
}

/**
 * Quantises a block and replaces it by the dequantised coefficients. Levels go to `levels` in zigzag order (13). Those
 * of the first eight coefficients where `mask` is zero become zero. Gives the squared error, four times that of the
 * samples.
 */
@inline
export function quantise(block: usize, levels: usize, quantiser: usize, mask: v128): i32 {
  const x0 = v128.load(block), x1 = v128.load(block, 16);
  const sign0 = i16x8.shr_s(x0, 15), sign1 = i16x8.shr_s(x1, 15);
  const m0 = i16x8.abs(x0), m1 = i16x8.abs(x1);
  const l0 = v128.and(levels8(m0, quantiser, 0), mask), l1 = levels8(m1, quantiser, 1);
  const d0 = i16x8.mul(l0, v128.load(quantiser)), d1 = i16x8.mul(l1, v128.load(quantiser, 16));
  v128.store(block, i16x8.sub(v128.xor(d0, sign0), sign0));
  v128.store(block, i16x8.sub(v128.xor(d1, sign1), sign1), 16);
  const s0 = i16x8.sub(v128.xor(l0, sign0), sign0), s1 = i16x8.sub(v128.xor(l1, sign1), sign1);
  const z0 = v128.shuffle<u16>(s0, s1, 0, 1, 4, 8, 5, 2, 3, 6);
  const z1 = v128.shuffle<u16>(s0, s1, 9, 12, 13, 10, 7, 11, 14, 15);
  v128.store(levels, z0);
  v128.store(levels, z1, 16);
  last = 31 - clz<i32>(placesOf(z0, z1));
  const e0 = v128.and(i16x8.sub(m0, d0), mask), e1 = i16x8.sub(m1, d1);
  const error = i32x4.add(i32x4.dot_i16x8_s(e0, e0), i32x4.dot_i16x8_s(e1, e1));
  const half = i32x4.add(error, v128.shuffle<u32>(error, error, 2, 3, 0, 1));
  return i32x4.extract_lane(half, 0) + i32x4.extract_lane(half, 1);
}

/** For `quantise`: all sixteen coefficients, or all but the first. */
@inline
export function everyCoefficient(): v128 {
  return i64x2.splat(-1);
}

@inline
export function withoutFirst(): v128 {
  return i16x8(0, -1, -1, -1, -1, -1, -1, -1);
}
