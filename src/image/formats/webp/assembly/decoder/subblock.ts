/**
 * Prediction of 4 x 4 subblocks (RFC 6386, 12.3). In all modes but DC and TM each sample is a mean of two or three
 * neighbours along the edge. So all means are made at once, and each mode is a selection of bytes.
 *
 * The edge, from the lower left to the upper right: E = L3 L3 L2 L1 L0 P A0 A1 A2 A3 A4 A5 A6 A7 A7 (its ends twice).
 * D[i] = mean of E[i], E[i+1]; T[i] = mean of E[i], 2 E[i+1], E[i+2].
 */
import { DC, TM } from "./modes";
import { WORK_STRIDE } from "./work";

/** For each mode from VE on, row by row: which T and which D a sample is (-1: it is the other kind). */
export const CHOICES = memory.data<i8>([
  // VE
  5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8, 5, 6, 7, 8,
  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
  // HE
  3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0,
  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
  // LD
  6, 7, 8, 9, 7, 8, 9, 10, 8, 9, 10, 11, 9, 10, 11, 12,
  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
  // RD
  4, 5, 6, 7, 3, 4, 5, 6, 2, 3, 4, 5, 1, 2, 3, 4,
  -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
  // VR
  -1, -1, -1, -1, 4, 5, 6, 7, 3, -1, -1, -1, 2, 4, 5, 6,
  5, 6, 7, 8, -1, -1, -1, -1, -1, 5, 6, 7, -1, -1, -1, -1,
  // VL
  -1, -1, -1, -1, 6, 7, 8, 9, -1, -1, -1, 10, 7, 8, 9, 11,
  6, 7, 8, 9, -1, -1, -1, -1, 7, 8, 9, -1, -1, -1, -1, -1,
  // HD
  -1, 4, 5, 6, -1, 3, -1, 4, -1, 2, -1, 3, -1, 1, -1, 2,
  4, -1, -1, -1, 3, -1, 4, -1, 2, -1, 3, -1, 1, -1, 2, -1,
  // HU
  -1, 2, -1, 1, -1, 1, -1, 0, -1, 0, -1, -1, -1, -1, -1, -1,
  3, -1, 2, -1, 2, -1, 1, -1, 1, -1, 0, 0, 0, 0, 0, 0,
], 16);

/** Predicts the subblock at `to`. */
export function predict4(mode: i32, to: usize): void {
  const above = to - WORK_STRIDE;
  if (mode == DC) {
    let sum = 4;
    for (let i: usize = 0; i < 4; i++) sum += <i32>load<u8>(above + i) + <i32>load<u8>(to + i * WORK_STRIDE - 1);
    const value = <u32>(sum >> 3) * 0x01010101;
    for (let i: usize = 0; i < 4; i++) store<u32>(to + i * WORK_STRIDE, value);
  } else if (mode == TM) {
    const corner = i16x8.splat(load<u8>(above - 1));
    const row = i16x8.sub(i16x8.extend_low_i8x16_u(v128.load32_zero(above)), corner);
    for (let i: usize = 0; i < 4; i++) {
      const at = to + i * WORK_STRIDE;
      const sum = i16x8.add(row, i16x8.splat(load<u8>(at - 1)));
      v128.store32_lane(at, i8x16.narrow_i16x8_u(sum, sum), 0);
    }
  } else {
    fromEdge(CHOICES + (<usize>(mode - 2) << 5), to, above);
  }
}

@inline
function fromEdge(choice: usize, to: usize, above: usize): void {
  const last = load<u8>(to + 3 * WORK_STRIDE - 1);
  let edge = v128.load(above - 6);
  edge = i8x16.replace_lane(edge, 0, last);
  edge = i8x16.replace_lane(edge, 1, last);
  edge = i8x16.replace_lane(edge, 2, load<u8>(to + 2 * WORK_STRIDE - 1));
  edge = i8x16.replace_lane(edge, 3, load<u8>(to + WORK_STRIDE - 1));
  edge = i8x16.replace_lane(edge, 4, load<u8>(to - 1));
  edge = i8x16.replace_lane(edge, 14, load<u8>(above + 7));
  const second = v128.shuffle<u8>(edge, edge, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0);
  const third = v128.shuffle<u8>(edge, edge, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1);
  // avgr rounds up. The mean of the outer two must round down, or the sum would be rounded up twice.
  const odd = v128.and(v128.xor(edge, third), i8x16.splat(1));
  const threes = i8x16.avgr_u(second, i8x16.sub(i8x16.avgr_u(edge, third), odd));
  const twos = i8x16.avgr_u(edge, second);
  const all = v128.or(i8x16.swizzle(threes, v128.load(choice)), i8x16.swizzle(twos, v128.load(choice, 16)));
  v128.store32_lane(to, all, 0);
  v128.store32_lane(to + WORK_STRIDE, all, 1);
  v128.store32_lane(to + 2 * WORK_STRIDE, all, 2);
  v128.store32_lane(to + 3 * WORK_STRIDE, all, 3);
}
