/** Transposes sixteen rows of eight bytes to eight rows of sixteen, and back: vertical edges become horizontal ones. */
import { high16, low16 } from "../../../../assembly/interleave";

@inline
function low8(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function high8(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

@inline
function low32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
}

@inline
function high32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
}

@inline
function low64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}

@inline
function high64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}

/** Interleaves the bytes of two rows. */
@inline
function pair(at: usize, stride: usize): v128 {
  return low8(v128.load64_zero(at), v128.load64_zero(at + stride));
}

/** Rows 0..7 from `a`, 8..15 from `b`; the eight columns go to `to`, 16 bytes each. */
export function turnIn(a: usize, b: usize, stride: usize, to: usize): void {
  const two = stride << 1;
  const a0 = pair(a, stride);
  const a1 = pair(a + two, stride);
  const a2 = pair(a + 2 * two, stride);
  const a3 = pair(a + 3 * two, stride);
  const b0 = pair(b, stride);
  const b1 = pair(b + two, stride);
  const b2 = pair(b + 2 * two, stride);
  const b3 = pair(b + 3 * two, stride);
  // Columns 0..3 of rows 0..3, 4..7 and so on.
  const al0 = low16(a0, a1);
  const al1 = low16(a2, a3);
  const bl0 = low16(b0, b1);
  const bl1 = low16(b2, b3);
  const c01a = low32(al0, al1);
  const c01b = low32(bl0, bl1);
  const c23a = high32(al0, al1);
  const c23b = high32(bl0, bl1);
  v128.store(to, low64(c01a, c01b));
  v128.store(to, high64(c01a, c01b), 16);
  v128.store(to, low64(c23a, c23b), 32);
  v128.store(to, high64(c23a, c23b), 48);
  const ah0 = high16(a0, a1);
  const ah1 = high16(a2, a3);
  const bh0 = high16(b0, b1);
  const bh1 = high16(b2, b3);
  const c45a = low32(ah0, ah1);
  const c45b = low32(bh0, bh1);
  const c67a = high32(ah0, ah1);
  const c67b = high32(bh0, bh1);
  v128.store(to, low64(c45a, c45b), 64);
  v128.store(to, high64(c45a, c45b), 80);
  v128.store(to, low64(c67a, c67b), 96);
  v128.store(to, high64(c67a, c67b), 112);
}

@inline
function twoRows(at: usize, stride: usize, rows: v128): void {
  v128.store64_lane(at, rows, 0);
  v128.store64_lane(at + stride, rows, 1);
}

/** Transposes back. */
export function turnOut(from: usize, a: usize, b: usize, stride: usize): void {
  const two = stride << 1;
  const c0 = v128.load(from);
  const c1 = v128.load(from, 16);
  const c2 = v128.load(from, 32);
  const c3 = v128.load(from, 48);
  const c4 = v128.load(from, 64);
  const c5 = v128.load(from, 80);
  const c6 = v128.load(from, 96);
  const c7 = v128.load(from, 112);
  const l01 = low8(c0, c1);
  const l23 = low8(c2, c3);
  const l45 = low8(c4, c5);
  const l67 = low8(c6, c7);
  const ll = low16(l01, l23);
  const lh = high16(l01, l23);
  const rl = low16(l45, l67);
  const rh = high16(l45, l67);
  twoRows(a, stride, low32(ll, rl));
  twoRows(a + two, stride, high32(ll, rl));
  twoRows(a + 2 * two, stride, low32(lh, rh));
  twoRows(a + 3 * two, stride, high32(lh, rh));
  const h01 = high8(c0, c1);
  const h23 = high8(c2, c3);
  const h45 = high8(c4, c5);
  const h67 = high8(c6, c7);
  const hll = low16(h01, h23);
  const hlh = high16(h01, h23);
  const hrl = low16(h45, h67);
  const hrh = high16(h45, h67);
  twoRows(b, stride, low32(hll, hrl));
  twoRows(b + two, stride, high32(hll, hrl));
  twoRows(b + 2 * two, stride, low32(hlh, hrh));
  twoRows(b + 3 * two, stride, high32(hlh, hrh));
}
