/**
 * Converts strips of sixteen RGBA rows to the planes. Transparent pixels are smoothed first, since nobody sees them.
 */
import { chroma, luma } from "./pixels";
import { across, height, planeU, planeV, planeY, records, strideUV, strideY, strip, width } from "../picture";
import { recordAt } from "../record";

const ROWS: i32 = 16;
const PIXEL: usize = 4;

/** Bytes from row to row of the strip. */
@inline
export function stripStride(): usize {
  return <usize>across << 6;
}

/** Takes the strip of macroblock row `y`. `alpha`: some of its pixels may be transparent. */
export function addStrip(y: i32, alpha: bool): void {
  const rows = min(ROWS, height - (y << 4));
  pad(rows);
  for (let x = 0; x < across; x++) {
    recordAt(records, y * across + x).invisible = alpha && !smoothen(strip + (<usize>x << 6)) ? 1 : 0;
  }
  const stride = stripStride();
  const samples = across << 4;
  for (let i = 0; i < ROWS; i++) luma(strip + <usize>i * stride, planeY + <usize>((y << 4) + i) * strideY, samples);
  for (let i = 0; i < ROWS / 2; i++) {
    const to = <usize>((y << 3) + i) * strideUV;
    chroma(strip + <usize>(2 * i) * stride, stride, planeU + to, planeV + to, samples);
  }
}

/** Repeats the last pixel and the last row up to whole macroblocks. */
function pad(rows: i32): void {
  const stride = stripStride();
  const end = <usize>width * PIXEL;
  for (let i = 0; i < rows; i++) {
    const row = strip + <usize>i * stride;
    const last = load<u32>(row + end - PIXEL);
    for (let at = end; at < stride; at += PIXEL) store<u32>(row + at, last);
  }
  const last = strip + <usize>(rows - 1) * stride;
  for (let i = rows; i < ROWS; i++) memory.copy(strip + <usize>i * stride, last, stride);
}

/**
 * Gives the transparent pixels of a macroblock the mean colour of the visible pixels in their 8 x 8 block. If there is
 * none, it takes the mean of the macroblock. So they take few bytes and do not change the colours next to them. Gives
 * false if no pixel of the macroblock is visible.
 */
function smoothen(at: usize): bool {
  const stride = stripStride();
  const whole = meanOf(at, 16);
  if (whole == 0) return false;
  for (let y: usize = 0; y < 16; y += 8) {
    for (let x: usize = 0; x < 16; x += 8) {
      const block = at + y * stride + x * PIXEL;
      const own = meanOf(block, 8);
      fillTransparent(block, own == 0 ? whole : own);
    }
  }
  return true;
}

/** Mean colour of the visible pixels of a square, with an alpha of 255; 0 when there are none. */
function meanOf(at: usize, side: usize): u32 {
  const stride = stripStride();
  let r: u32 = 0;
  let g: u32 = 0;
  let b: u32 = 0;
  let count: u32 = 0;
  for (let y: usize = 0; y < side; y++) {
    for (let x: usize = 0; x < side; x++) {
      const pixel = load<u32>(at + y * stride + x * PIXEL);
      if (pixel >>> 24 == 0) continue;
      r += pixel & 255;
      g += (pixel >>> 8) & 255;
      b += (pixel >>> 16) & 255;
      count++;
    }
  }
  return count == 0 ? 0 : r / count | ((g / count) << 8) | ((b / count) << 16) | 0xff000000;
}

function fillTransparent(at: usize, colour: u32): void {
  const stride = stripStride();
  for (let y: usize = 0; y < 8; y++) {
    for (let x: usize = 0; x < 8; x++) {
      const pixel = at + y * stride + x * PIXEL;
      if (load<u8>(pixel, 3) == 0) store<u32>(pixel, colour);
    }
  }
}
