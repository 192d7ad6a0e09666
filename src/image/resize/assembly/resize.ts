/**
 * The resampler's inner loops (AssemblyScript, SIMD; WebAssembly 128-bit SIMD proposal). Stateless: every pointer comes
 * from the caller, src/image/resize/resizer.ts, which also computes the taps. Pixels are RGBA, 8 bits a channel.
 * Weights are Q14 (16384 = 1.0); sums are 32 bits with 8192 added before the shift, so they round to nearest.
 */

const ROUND: i32 = 8192;
const SHIFT: i32 = 14;

/**
 * One output row: `rowTaps` source rows from `rows` (each `stride` bytes, a multiple of 16) are summed into `line`,
 * then `outWidth` pixels are filtered out of `line` into `out`.
 */
export function outputRow(
  rows: usize,
  stride: usize,
  rowWeights: usize,
  rowTaps: i32,
  line: usize,
  starts: usize,
  weights: usize,
  taps: i32,
  out: usize,
  outWidth: i32,
): void {
  sumRows(rows, stride, rowWeights, rowTaps, line);
  filterLine(line, starts, weights, taps, out, outWidth);
}

/** Vertical pass: 16 bytes (4 pixels) at a time, two rows at once, so that one dot product weighs a pair of rows. */
@inline
function sumRows(rows: usize, stride: usize, weights: usize, taps: i32, line: usize): void {
  const round = i32x4.splat(ROUND);
  for (let x: usize = 0; x < stride; x += 16) {
    let a0 = round, a1 = round, a2 = round, a3 = round;
    let p = rows + x;
    for (let j = 0; j < taps; j += 2) {
      const k = v128.load32_splat(weights + (<usize>j << 1));
      const a = v128.load(p);
      const b = v128.load(p + stride);
      p += stride << 1;
      const lo = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const hi = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(lo), k));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(lo), k));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(hi), k));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(hi), k));
    }
    v128.store(line + x, i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(i32x4.shr_s(a0, SHIFT), i32x4.shr_s(a1, SHIFT)),
      i16x8.narrow_i32x4_s(i32x4.shr_s(a2, SHIFT), i32x4.shr_s(a3, SHIFT))));
  }
}

/** Horizontal pass: four source pixels at a time, channels gathered so that one dot product weighs a pair of pixels. */
@inline
function filterLine(line: usize, starts: usize, weights: usize, taps: i32, out: usize, outWidth: i32): void {
  const round = i32x4.splat(ROUND);
  let w = weights;
  for (let x = 0; x < outWidth; x++) {
    let p = line + (<usize>load<i32>(starts + (<usize>x << 2)) << 2);
    let a0 = round, a1 = i32x4.splat(0);
    for (let j = 0; j < taps; j += 4) {
      const v = v128.load(p);
      const k = v128.load64_zero(w);
      p += 16;
      w += 8;
      const pairs = v128.shuffle<u8>(v, v, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(pairs), v128.shuffle<u32>(k, k, 0, 0, 0, 0)));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(pairs), v128.shuffle<u32>(k, k, 1, 1, 1, 1)));
    }
    const sum = i32x4.shr_s(i32x4.add(a0, a1), SHIFT);
    const narrow = i16x8.narrow_i32x4_s(sum, sum);
    v128.store32_lane(out, i8x16.narrow_i16x8_u(narrow, narrow), 0);
    out += 4;
  }
}

/** Multiplies colour by alpha in place, so that transparent pixels weigh nothing in the filter. */
export function premultiply(pixels: usize, count: i32): void {
  for (let i = 0; i < count; i++, pixels += 4) {
    const a = <u32>load<u8>(pixels, 3);
    if (a == 255) continue;
    store<u8>(pixels, times(load<u8>(pixels), a));
    store<u8>(pixels, times(load<u8>(pixels, 1), a), 1);
    store<u8>(pixels, times(load<u8>(pixels, 2), a), 2);
  }
}

/** Divides colour by alpha in place. Where the filter overshoots, colour is cut to 255. */
export function unpremultiply(pixels: usize, count: i32): void {
  for (let i = 0; i < count; i++, pixels += 4) {
    const a = <u32>load<u8>(pixels, 3);
    if (a == 255) continue;
    store<u8>(pixels, over(load<u8>(pixels), a));
    store<u8>(pixels, over(load<u8>(pixels, 1), a), 1);
    store<u8>(pixels, over(load<u8>(pixels, 2), a), 2);
  }
}

@inline
function times(value: u32, alpha: u32): u8 {
  return <u8>((value * alpha + 127) / 255);
}

@inline
function over(value: u32, alpha: u32): u8 {
  return alpha == 0 ? 0 : <u8>min<u32>(255, (value * 255 + (alpha >> 1)) / alpha);
}

/** Makes the linear memory hold at least `bytes`. */
export function reserve(bytes: i32): void {
  const need = (bytes + 65535) >>> 16;
  const have = memory.size();
  if (need > have) memory.grow(need - have);
}
