/** How far blocks of samples are apart: the sum of absolute Hadamard coefficients (SATD) and the squared error. */
import { row8, sum32 } from "./rows";

/** The even and the odd lanes of two vectors, for butterflies along the rows. */
@inline
function even(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}

@inline
function odd(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}

/** The last butterfly and the absolute values in one: |a + b| + |a - b| = 2 max(|a|, |b|), half of it. */
@inline
function lastStep(a: v128, b: v128): v128 {
  return i16x8.max_s(i16x8.abs(even(a, b)), i16x8.abs(odd(a, b)));
}

/** SATD of one block: the source as 16-bit values (rows 0 and 1, rows 2 and 3) against sixteen samples. */
@inline
export function satd4(low: v128, high: v128, predicted: v128): i32 {
  const a = i16x8.sub(low, i16x8.extend_low_i8x16_u(predicted));
  const b = i16x8.sub(high, i16x8.extend_high_i8x16_u(predicted));
  const s = i16x8.add(a, b), d = i16x8.sub(a, b);
  const p = v128.shuffle<u64>(s, d, 0, 2), q = v128.shuffle<u64>(s, d, 1, 3);
  const u = i16x8.add(p, q), v = i16x8.sub(p, q);
  const e = even(u, v), o = odd(u, v);
  return 2 * sum32(i32x4.extadd_pairwise_i16x8_u(lastStep(i16x8.add(e, o), i16x8.sub(e, o))));
}

/** Half the SATD of two blocks side by side, from four rows of differences: four 32-bit lanes to be added up. */
@inline
function satdPair(r0: v128, r1: v128, r2: v128, r3: v128): v128 {
  const a0 = i16x8.add(r0, r2), a1 = i16x8.add(r1, r3), a2 = i16x8.sub(r1, r3), a3 = i16x8.sub(r0, r2);
  const b0 = i16x8.add(a0, a1), b1 = i16x8.add(a3, a2), b2 = i16x8.sub(a3, a2), b3 = i16x8.sub(a0, a1);
  const e0 = even(b0, b1), o0 = odd(b0, b1), e1 = even(b2, b3), o1 = odd(b2, b3);
  const p = lastStep(i16x8.add(e0, o0), i16x8.sub(e0, o0));
  const q = lastStep(i16x8.add(e1, o1), i16x8.sub(e1, o1));
  return i32x4.extadd_pairwise_i16x8_u(i16x8.add(p, q));
}

/** SATD of an area of `side` x `side` samples (8 or 16). */
@inline
export function satdArea(a: usize, strideA: usize, b: usize, strideB: usize, side: usize): i32 {
  let sum = i32x4.splat(0);
  for (let y: usize = 0; y < side; y += 4) {
    for (let x: usize = 0; x < side; x += 8) {
      const p = a + y * strideA + x;
      const q = b + y * strideB + x;
      const r0 = i16x8.sub(row8(p), row8(q));
      const r1 = i16x8.sub(row8(p + strideA), row8(q + strideB));
      const r2 = i16x8.sub(row8(p + 2 * strideA), row8(q + 2 * strideB));
      const r3 = i16x8.sub(row8(p + 3 * strideA), row8(q + 3 * strideB));
      sum = i32x4.add(sum, satdPair(r0, r1, r2, r3));
    }
  }
  return 2 * sum32(sum);
}

/** Squared error of 16 x 16 samples; the rows of `b` are 16 bytes apart. */
export function squaredError16(a: usize, strideA: usize, b: usize): i32 {
  let sum = i32x4.splat(0);
  for (let i: usize = 0; i < 16; i++) {
    const p = v128.load(a + i * strideA), q = v128.load(b + (i << 4));
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(p), i16x8.extend_low_i8x16_u(q));
    const high = i16x8.sub(i16x8.extend_high_i8x16_u(p), i16x8.extend_high_i8x16_u(q));
    sum = i32x4.add(sum, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
  }
  return sum32(sum);
}

