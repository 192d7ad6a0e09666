/**
 * The current macroblock and the samples around it from which it is predicted: 17 rows of 32 bytes for Y (row -1 first;
 * sample 0 of a row is its byte 16, the left neighbour is byte 15), 9 rows for U (from byte 8) and V (from byte 24).
 * Bytes 0..3 of a row of Y continue the row above it to the right.
 */
export const WORK_STRIDE: usize = 32;

const BUFFER = memory.data(32 * 27 + 32, 16);
/** Sample (0, 0) of each plane. */
export const Y: usize = BUFFER + 48;
export const U: usize = BUFFER + 17 * 32 + 32 + 8;
export const V: usize = BUFFER + 17 * 32 + 32 + 24;

/** Two borders of samples before the loop filter: those above the current row, and those it leaves for the next. */
let above: usize = 0;
let below: usize = 0;
let across: usize = 0;

/** Bytes of one border: Y from byte 16 on, then U and V, each with 16 bytes before its first sample. */
export function borderBytes(macroblocks: i32): i32 {
  return 2 * (32 * macroblocks + 80);
}

/** Starts a frame. `border` has `borderBytes` bytes. Above the frame all samples are 127 (RFC 6386, 12.2). */
export function startBorder(border: usize, macroblocks: i32): void {
  across = <usize>macroblocks;
  above = border;
  below = border + 32 * across + 80;
  memory.fill(above, 127, 32 * across + 80);
}

/** Where U and V of a border begin. */
@inline
function placeU(): usize {
  return 16 * across + 48;
}

@inline
function placeV(): usize {
  return 24 * across + 64;
}

/** After a row: the border that it left is now above the next row. To the left of that row all samples are 129. */
export function nextBorder(): void {
  const swap = above;
  above = below;
  below = swap;
  store<u8>(above + 15, 129);
  store<u8>(above + placeU() - 1, 129);
  store<u8>(above + placeV() - 1, 129);
  // To the right of the last macroblock its last sample is repeated, as in libwebp.
  store<u32>(above + 16 + 16 * across, <u32>load<u8>(above + 15 + 16 * across) * 0x01010101);
}

/** Copies the neighbours of macroblock `x` around it. */
export function surround(x: usize): void {
  if (x == 0) {
    for (let i: usize = 0; i < 16; i++) store<u8>(Y + i * WORK_STRIDE - 1, 129);
    for (let i: usize = 0; i < 8; i++) {
      store<u8>(U + i * WORK_STRIDE - 1, 129);
      store<u8>(V + i * WORK_STRIDE - 1, 129);
    }
  } else {
    for (let i: usize = 0; i < 16; i++) store<u8>(Y + i * WORK_STRIDE - 1, load<u8>(Y + i * WORK_STRIDE + 15));
    for (let i: usize = 0; i < 8; i++) {
      store<u8>(U + i * WORK_STRIDE - 1, load<u8>(U + i * WORK_STRIDE + 7));
      store<u8>(V + i * WORK_STRIDE - 1, load<u8>(V + i * WORK_STRIDE + 7));
    }
  }
  const y = above + 16 + 16 * x;
  const u = above + placeU() + 8 * x;
  const v = above + placeV() + 8 * x;
  v128.store(Y - WORK_STRIDE, v128.load(y));
  store<u8>(Y - WORK_STRIDE - 1, load<u8>(y - 1));
  // For all subblocks of the right column, the samples to the right are those above the next macroblock.
  const right = load<u32>(y + 16);
  store<u32>(Y - 16, right);
  store<u32>(Y - 16 + 4 * WORK_STRIDE, right);
  store<u32>(Y - 16 + 8 * WORK_STRIDE, right);
  store<u32>(Y - 16 + 12 * WORK_STRIDE, right);
  store<u64>(U - WORK_STRIDE, load<u64>(u));
  store<u8>(U - WORK_STRIDE - 1, load<u8>(u - 1));
  store<u64>(V - WORK_STRIDE, load<u64>(v));
  store<u8>(V - WORK_STRIDE - 1, load<u8>(v - 1));
}

/** Copies the finished macroblock `x` to the planes, and its last rows to the border. */
export function putAway(x: usize, y: usize, strideY: usize, u: usize, v: usize, strideUV: usize): void {
  for (let i: usize = 0; i < 16; i++) v128.store(y + i * strideY, v128.load(Y + i * WORK_STRIDE));
  for (let i: usize = 0; i < 8; i++) {
    store<u64>(u + i * strideUV, load<u64>(U + i * WORK_STRIDE));
    store<u64>(v + i * strideUV, load<u64>(V + i * WORK_STRIDE));
  }
  v128.store(below + 16 + 16 * x, v128.load(Y + 15 * WORK_STRIDE));
  store<u64>(below + placeU() + 8 * x, load<u64>(U + 7 * WORK_STRIDE));
  store<u64>(below + placeV() + 8 * x, load<u64>(V + 7 * WORK_STRIDE));
}

/** Makes macroblock `x` grey: its data are missing. */
export function makeGrey(): void {
  for (let i: usize = 0; i < 16; i++) v128.store(Y + i * WORK_STRIDE, i8x16.splat(-128));
  for (let i: usize = 0; i < 8; i++) {
    store<u64>(U + i * WORK_STRIDE, 0x8080808080808080);
    store<u64>(V + i * WORK_STRIDE, 0x8080808080808080);
  }
}
