/**
 * Decoded rows to rows of samples with 8 bits: the horizontal predictor undone (TIFF 6.0, section 14), more bits made 8, RGB
 * made RGBA. Vector loads and stores reach up to 31 bytes too far.
 */
import { deepRow } from "./deep";

/** Kinds of rows, numbered as in decoder/codedRows.ts. */
export const COPY: i32 = 0;
export const PREDICTED: i32 = 1;
export const UPPER: i32 = 2;
export const DEEP: i32 = 3;
export const RGB: i32 = 4;
export const RGB_PREDICTED: i32 = 5;

/** `bytes` are those of the coded row, `step` the samples of a pixel. `little`: the byte order of more than 8 bits. */
export function convert(kind: i32, from: usize, to: usize, bytes: i32, step: i32, little: bool): void {
  if (kind == COPY) memory.copy(to, from, bytes);
  else if (kind == PREDICTED) step == 4 ? addPixels(from, to, bytes) : addBytes(from, to, bytes, step);
  else if (kind == UPPER) upperBytes(from, to, bytes, little);
  else if (kind == DEEP) deepRow(from, to, bytes, step, little);
  else if (kind == RGB) rgbToRgba(from, to, bytes);
  else addRgb(from, to, bytes);
}

function addBytes(from: usize, to: usize, bytes: i32, step: i32): void {
  for (let first = 0; first < step; first++) {
    let sum: u8 = 0;
    for (let i = first; i < bytes; i += step) {
      sum += load<u8>(from + i);
      store<u8>(to + i, sum);
    }
  }
}

/** Four samples a pixel: the four bytes of a lane are added at once. */
function addPixels(from: usize, to: usize, bytes: i32): void {
  let sum = i32x4.splat(0);
  for (let i = 0; i < bytes; i += 4) {
    sum = i8x16.add(sum, v128.load32_zero(from + i));
    v128.store32_lane(to + i, sum, 0);
  }
}

function addRgb(from: usize, to: usize, bytes: i32): void {
  const colour = i32x4(0xffffff, 0, 0, 0);
  let sum = i32x4(0xff000000, 0, 0, 0);
  for (let i = 0; i < bytes; i += 3, to += 4) {
    sum = i8x16.add(sum, v128.and(v128.load32_zero(from + i), colour));
    v128.store32_lane(to, sum, 0);
  }
}

function rgbToRgba(from: usize, to: usize, bytes: i32): void {
  const opaque = i32x4.splat(0xff000000);
  for (let i = 0; i < bytes; i += 12, to += 16) {
    const v = v128.load(from + i);
    v128.store(to, v128.or(v128.shuffle<u8>(v, opaque, 0, 1, 2, 19, 3, 4, 5, 19, 6, 7, 8, 19, 9, 10, 11, 19), opaque));
  }
}

/** The upper 8 of 16 bits. */
function upperBytes(from: usize, to: usize, bytes: i32, little: bool): void {
  for (let i = 0; i < bytes; i += 32, to += 16) {
    const a = v128.load(from + i);
    const b = v128.load(from + i, 16);
    if (little) v128.store(to, v128.shuffle<u8>(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31));
    else v128.store(to, v128.shuffle<u8>(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30));
  }
}
