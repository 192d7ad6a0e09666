/** Prediction of whole macroblocks and of 8 x 8 chroma, in the work buffer (RFC 6386, 12.2 and 12.3). */
import { DC, H, TM, V } from "./modes";
import { WORK_STRIDE } from "./work";

@inline
function fill16(to: usize, value: v128): void {
  for (let i: usize = 0; i < 16; i++) v128.store(to + i * WORK_STRIDE, value);
}

@inline
function fill8(to: usize, value: u64): void {
  for (let i: usize = 0; i < 8; i++) store<u64>(to + i * WORK_STRIDE, value);
}

@inline
function sumAbove(to: usize, width: usize): i32 {
  let sum = 0;
  for (let i: usize = 0; i < width; i++) sum += load<u8>(to - WORK_STRIDE + i);
  return sum;
}

@inline
function sumLeft(to: usize, height: usize): i32 {
  let sum = 0;
  for (let i: usize = 0; i < height; i++) sum += load<u8>(to + i * WORK_STRIDE - 1);
  return sum;
}

/** The mean of the neighbours that exist: `side` above and `side` to the left, side = 1 << shift. */
@inline
function mean(to: usize, shift: i32, top: bool, left: bool): i32 {
  const side = <usize>1 << shift;
  if (top && left) return (sumAbove(to, side) + sumLeft(to, side) + <i32>side) >> (shift + 1);
  if (top) return (sumAbove(to, side) + <i32>(side >> 1)) >> shift;
  if (left) return (sumLeft(to, side) + <i32>(side >> 1)) >> shift;
  return 128;
}

/** `top` and `left` say whether there is a macroblock above and to the left. */
export function predict16(mode: i32, to: usize, top: bool, left: bool): void {
  if (mode == DC) {
    fill16(to, i8x16.splat(<i8>mean(to, 4, top, left)));
  } else if (mode == V) {
    fill16(to, v128.load(to - WORK_STRIDE));
  } else if (mode == H) {
    for (let i: usize = 0; i < 16; i++) v128.store(to + i * WORK_STRIDE, v128.load8_splat(to + i * WORK_STRIDE - 1));
  } else if (mode == TM) {
    const row = v128.load(to - WORK_STRIDE);
    const corner = i16x8.splat(load<u8>(to - WORK_STRIDE - 1));
    const low = i16x8.sub(i16x8.extend_low_i8x16_u(row), corner);
    const high = i16x8.sub(i16x8.extend_high_i8x16_u(row), corner);
    for (let i: usize = 0; i < 16; i++) {
      const at = to + i * WORK_STRIDE;
      const edge = i16x8.splat(load<u8>(at - 1));
      v128.store(at, i8x16.narrow_i16x8_u(i16x8.add(low, edge), i16x8.add(high, edge)));
    }
  }
}

export function predict8(mode: i32, to: usize, top: bool, left: bool): void {
  if (mode == DC) {
    fill8(to, <u64>mean(to, 3, top, left) * 0x0101010101010101);
  } else if (mode == V) {
    fill8(to, load<u64>(to - WORK_STRIDE));
  } else if (mode == H) {
    for (let i: usize = 0; i < 8; i++) {
      store<u64>(to + i * WORK_STRIDE, <u64>load<u8>(to + i * WORK_STRIDE - 1) * 0x0101010101010101);
    }
  } else if (mode == TM) {
    const row = i16x8.sub(v128.load_ext<u8>(to - WORK_STRIDE), i16x8.splat(load<u8>(to - WORK_STRIDE - 1)));
    for (let i: usize = 0; i < 8; i++) {
      const at = to + i * WORK_STRIDE;
      const sum = i16x8.add(row, i16x8.splat(load<u8>(at - 1)));
      v128.store64_lane(at, i8x16.narrow_i16x8_u(sum, sum), 0);
    }
  }
}
