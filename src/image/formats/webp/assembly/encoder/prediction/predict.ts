/**
 * All predictions of a macroblock at once, to be compared (RFC 6386, 12.2 and 12.3). The neighbours are read from the
 * planes, which hold reconstructed samples there; margins of 127 and 129 stand around the picture.
 */
import { CHOICES } from "../../decoder/subblock";
import { sumBytes } from "./rows";

/** The four modes of whole blocks in their order (DC TM V H). Luma: rows of 16. Chroma: rows of 8, U and then V. */
export const LUMA_PREDICTIONS = memory.data(4 * 256, 16);
export const CHROMA_PREDICTIONS = memory.data(4 * 128, 16);
/** The ten modes of a subblock in their order, sixteen bytes each. */
export const SUBBLOCK_PREDICTIONS = memory.data(10 * 16, 16);

@inline
function sumLeft(at: usize, stride: usize, rows: usize): i32 {
  let sum = 0;
  for (let i: usize = 0; i < rows; i++) sum += load<u8>(at + i * stride - 1);
  return sum;
}

/** The mean of those neighbours that are inside the picture: `1 << shift` of them above and as many to the left. */
@inline
export function meanOf(above: i32, left: i32, shift: i32, top: bool, side: bool): i32 {
  if (top && side) return (above + left + (1 << shift)) >> (shift + 1);
  if (top) return (above + (1 << (shift - 1))) >> shift;
  if (side) return (left + (1 << (shift - 1))) >> shift;
  return 128;
}

/** Fills LUMA_PREDICTIONS for the macroblock at `at`. `top` and `side`: there is one above, one to the left. */
export function predictLuma(at: usize, stride: usize, top: bool, side: bool): void {
  const to = LUMA_PREDICTIONS;
  const above = v128.load(at - stride);
  const mean = i8x16.splat(<i8>meanOf(sumBytes(above), sumLeft(at, stride, 16), 4, top, side));
  const corner = i16x8.splat(load<u8>(at - stride - 1));
  const low = i16x8.sub(i16x8.extend_low_i8x16_u(above), corner);
  const high = i16x8.sub(i16x8.extend_high_i8x16_u(above), corner);
  for (let i: usize = 0; i < 16; i++) {
    const row = to + (i << 4);
    const left = load<u8>(at + i * stride - 1);
    const wide = i16x8.splat(left);
    v128.store(row, mean);
    v128.store(row, i8x16.narrow_i16x8_u(i16x8.add(low, wide), i16x8.add(high, wide)), 256);
    v128.store(row, above, 512);
    v128.store(row, i8x16.splat(left), 768);
  }
}

/** Fills one half of CHROMA_PREDICTIONS (`plane` 0: U, 1: V) for the block at `at`. */
export function predictChroma(plane: usize, at: usize, stride: usize, top: bool, side: bool): void {
  const to = CHROMA_PREDICTIONS + (plane << 6);
  const above = v128.load64_zero(at - stride);
  const mean = i8x16.splat(<i8>meanOf(sumBytes(above), sumLeft(at, stride, 8), 3, top, side));
  const row = i16x8.sub(i16x8.extend_low_i8x16_u(above), i16x8.splat(load<u8>(at - stride - 1)));
  for (let i: usize = 0; i < 8; i++) {
    const at8 = to + (i << 3);
    const left = load<u8>(at + i * stride - 1);
    const sum = i16x8.add(row, i16x8.splat(left));
    v128.store64_lane(at8, mean, 0);
    v128.store64_lane(at8, i8x16.narrow_i16x8_u(sum, sum), 0, 128);
    v128.store64_lane(at8, above, 0, 256);
    v128.store64_lane(at8, i8x16.splat(left), 0, 384);
  }
}

/**
 * Fills SUBBLOCK_PREDICTIONS for the subblock at `at`. `right`: where the four samples above and to the right of it
 * are. decoder/subblock.ts explains the table of choices.
 */
@inline
export function predictSubblock(at: usize, stride: usize, right: usize): void {
  const to = SUBBLOCK_PREDICTIONS;
  const above = at - stride;
  const l0 = load<u8>(at - 1), l1 = load<u8>(at + stride - 1);
  const l2 = load<u8>(at + 2 * stride - 1), l3 = load<u8>(at + 3 * stride - 1);
  const corner = load<u8>(above - 1);
  let edge = v128.load(above - 6);
  edge = i8x16.replace_lane(edge, 0, l3);
  edge = i8x16.replace_lane(edge, 1, l3);
  edge = i8x16.replace_lane(edge, 2, l2);
  edge = i8x16.replace_lane(edge, 3, l1);
  edge = i8x16.replace_lane(edge, 4, l0);
  const r = load<u32>(right);
  edge = i16x8.replace_lane(edge, 5, <i16>r);
  edge = i16x8.replace_lane(edge, 6, <i16>(r >>> 16));
  edge = i8x16.replace_lane(edge, 14, <i8>(r >>> 24));
  const second = v128.shuffle<u8>(edge, edge, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  const third = v128.shuffle<u8>(edge, edge, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
  const odd = v128.and(v128.xor(edge, third), i8x16.splat(1));
  const threes = i8x16.avgr_u(second, i8x16.sub(i8x16.avgr_u(edge, third), odd));
  const twos = i8x16.avgr_u(edge, second);
  const a = load<u32>(above);
  const fromAbove = <i32>(a & 255) + <i32>((a >>> 8) & 255) + <i32>((a >>> 16) & 255) + <i32>(a >>> 24);
  v128.store(to, i8x16.splat(<i8>((fromAbove + <i32>l0 + <i32>l1 + <i32>l2 + <i32>l3 + 4) >> 3)));
  const row = i16x8.sub(i16x8.extend_low_i8x16_u(i32x4.splat(a)), i16x8.splat(corner));
  const left01 = v128.shuffle<u16>(i16x8.splat(l0), i16x8.splat(l1), 0, 0, 0, 0, 8, 8, 8, 8);
  const left23 = v128.shuffle<u16>(i16x8.splat(l2), i16x8.splat(l3), 0, 0, 0, 0, 8, 8, 8, 8);
  v128.store(to, i8x16.narrow_i16x8_u(i16x8.add(row, left01), i16x8.add(row, left23)), 16);
  for (let mode: usize = 0; mode < 8; mode++) {
    const choice = CHOICES + (mode << 5);
    const samples = v128.or(i8x16.swizzle(threes, v128.load(choice)), i8x16.swizzle(twos, v128.load(choice, 16)));
    v128.store(to + (mode << 4), samples, 32);
  }
}
