/** Rows of samples (i16, Q6) to pixels. YCbCr as in JFIF: BT.601, full range, centred on 128 (ITU T.871, clause 7). */
import { factors, high16, low16 } from "../../../../assembly/interleave";
import { mix, storePixels } from "../../../../assembly/pixels";

export const GREY: i32 = 0;
export const YCBCR: i32 = 1;
export const RGB: i32 = 2;
/** Four inks as the file has them. The first three components of YCCK are the YCbCr of inverted CMY. */
export const CMYK: i32 = 3;
export const YCCK: i32 = 4;
/** Components without conversion, for tests. */
export const RAW: i32 = 5;

/** Factors are Q14, samples Q6. */
const SHIFT: i32 = 20;
const ROUND: i32 = 1 << (SHIFT - 1);

@inline
function rounded(v: v128): v128 {
  return i16x8.shr_s(i16x8.add_sat_s(v, i16x8.splat(32)), 6);
}

/**
 * Converts a row of `width` samples (rounded up to a multiple of 8) to 4 bytes a pixel at `to`.
 * `inverted`: the file stores 255 - ink. Each of the four inks is inverted, so that 0 means no ink.
 */
export function convertRow(model: i32, a: usize, b: usize, c: usize, d: usize, to: usize, width: i32, inverted: bool): void {
  const opaque = i16x8.splat(255);
  const centre = i16x8.splat(128 << 6);
  const round = i32x4.splat(ROUND);
  const flip = inverted ? opaque : i16x8.splat(0);
  const bytes = <usize>((width + 7) & ~7) << 1;
  for (let x: usize = 0; x < bytes; x += 16, to += 32) {
    const first = v128.load(a + x);
    if (model == GREY) {
      const grey = rounded(first);
      storePixels(to, grey, grey, grey, opaque);
      continue;
    }
    const second = v128.load(b + x);
    const third = v128.load(c + x);
    if (model == RGB) {
      storePixels(to, rounded(first), rounded(second), rounded(third), opaque);
      continue;
    }
    if (model == YCBCR || model == YCCK) {
      const cb = i16x8.sub_sat_s(second, centre);
      const cr = i16x8.sub_sat_s(third, centre);
      const red = mix(first, cr, factors(16384, 22970), round, round, SHIFT);
      const blue = mix(first, cb, factors(16384, 29032), round, round, SHIFT);
      const zero = i16x8.splat(0);
      const moreLow = i32x4.add(i32x4.dot_i16x8_s(low16(cr, zero), factors(-11700, 0)), round);
      const moreHigh = i32x4.add(i32x4.dot_i16x8_s(high16(cr, zero), factors(-11700, 0)), round);
      const green = mix(first, cb, factors(16384, -5638), moreLow, moreHigh, SHIFT);
      if (model == YCBCR) {
        storePixels(to, red, green, blue, opaque);
        continue;
      }
      const black = rounded(v128.load(d + x));
      // YCCK itself gives 255 - ink for these three. Adobe's files invert everything once more.
      storePixels(
        to,
        v128.xor(clamped(i16x8.sub(opaque, clamped(red))), flip),
        v128.xor(clamped(i16x8.sub(opaque, clamped(green))), flip),
        v128.xor(clamped(i16x8.sub(opaque, clamped(blue))), flip),
        v128.xor(clamped(black), flip),
      );
      continue;
    }
    const fourth = v128.load(d + x);
    storePixels(
      to,
      v128.xor(clamped(rounded(first)), flip),
      v128.xor(clamped(rounded(second)), flip),
      v128.xor(clamped(rounded(third)), flip),
      v128.xor(clamped(rounded(fourth)), flip),
    );
  }
}

@inline
function clamped(v: v128): v128 {
  return i16x8.max_s(i16x8.min_s(v, i16x8.splat(255)), i16x8.splat(0));
}
