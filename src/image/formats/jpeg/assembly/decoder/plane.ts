/**
 * Resamples one component's plane, row by row: first the vertical filter over the whole width (contiguous loads), then
 * the horizontal filter. Taps are Q14 and sum to 16384. Values between the passes are signed Q6, so nothing is rounded
 * to 8 bits or clamped before the colour conversion.
 */
import { Component } from "./component";

const HALF: i32 = 1 << 7;
const SHIFT: i32 = 8;

/** Source rows [rowStarts[y], +tapsDown) of the ring -> `tall`. */
function weighRows(c: Component, y: i32): void {
  const n = c.tapsDown;
  const pointers = c.rowPointers;
  const first = load<i32>(c.rowStarts + (<usize>y << 2));
  for (let j = 0; j < n; j++) {
    store<usize>(pointers + (<usize>j << 2), c.ring + <usize>(((first + j) % c.ringRows) * c.stride));
  }
  const taps = c.rowTaps + <usize>(y * n) * 2;
  const width = <usize>((c.right - c.left) * c.size);
  const end = pointers + (<usize>n << 2);
  let to = c.tall;
  for (let x: usize = 0; x < width; x += 16, to += 32) {
    let a0 = i32x4.splat(HALF);
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let k = taps;
    for (let p = pointers; p < end; p += 8, k += 4) {
      const weights = v128.load32_splat(k);
      const a = v128.load(load<usize>(p) + x);
      const b = v128.load(load<usize>(p, 4) + x);
      const lo = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const hi = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(lo), weights));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(lo), weights));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(hi), weights));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(hi), weights));
    }
    v128.store(to, i16x8.narrow_i32x4_s(i32x4.shr_s(a0, SHIFT), i32x4.shr_s(a1, SHIFT)));
    v128.store(to, i16x8.narrow_i32x4_s(i32x4.shr_s(a2, SHIFT), i32x4.shr_s(a3, SHIFT)), 16);
  }
}

/** The sum of one output column, in four parts. */
@inline
function column(from: usize, taps: usize, bytes: usize): v128 {
  let sum = i32x4.dot_i16x8_s(v128.load(from), v128.load(taps));
  for (let j: usize = 16; j < bytes; j += 16) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(from + j), v128.load(taps + j)));
  }
  return sum;
}

/**
 * `tall` -> `line`, four output columns at a time; tapsAcross is a multiple of 8, `width` is rounded up to one of 4.
 */
function weighColumns(c: Component, width: i32): void {
  const bytes = <usize>c.tapsAcross << 1;
  const tall = c.tall;
  const rounding = i32x4.splat(1 << 13);
  let taps = c.columnTaps;
  let starts = c.columnStarts;
  let to = c.line;
  for (let x = 0; x < width; x += 4, starts += 16, to += 8) {
    const s0 = column(tall + <usize>load<i32>(starts), taps, bytes);
    taps += bytes;
    const s1 = column(tall + <usize>load<i32>(starts, 4), taps, bytes);
    taps += bytes;
    const s2 = column(tall + <usize>load<i32>(starts, 8), taps, bytes);
    taps += bytes;
    const s3 = column(tall + <usize>load<i32>(starts, 12), taps, bytes);
    taps += bytes;
    const s01 = i32x4.add(v128.shuffle<u32>(s0, s1, 0, 4, 1, 5), v128.shuffle<u32>(s0, s1, 2, 6, 3, 7));
    const s23 = i32x4.add(v128.shuffle<u32>(s2, s3, 0, 4, 1, 5), v128.shuffle<u32>(s2, s3, 2, 6, 3, 7));
    const sums = i32x4.add(v128.shuffle<u64>(s01, s23, 0, 2), v128.shuffle<u64>(s01, s23, 1, 3));
    const q6 = i32x4.shr_s(i32x4.add(sums, rounding), 14);
    v128.store64_lane(to, i16x8.narrow_i32x4_s(q6, q6), 0);
  }
}

/** Makes output row `y` of the component, `width` samples in Q6 at `c.line`. */
export function resampleRow(c: Component, y: i32, width: i32): void {
  weighRows(c, y);
  weighColumns(c, width);
}
