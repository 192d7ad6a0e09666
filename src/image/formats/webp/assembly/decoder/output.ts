/**
 * A row of pixels is made as soon as Y, U and V have the source rows that it needs. YCbCr is BT.601 with 16..235 for Y
 * and 16..240 for U and V (RFC 6386, 9.2). All planes are resampled to the result's size, so U and V are never enlarged
 * to the stored size.
 */
import { factors, high16, low16 } from "../../../../assembly/interleave";
import { component } from "../../../jpeg/assembly/decoder/component";
import { resampleRow } from "../../../jpeg/assembly/decoder/plane";
import { mix, storePixels } from "../../../../assembly/pixels";
import { finishedChromaRows, finishedRows } from "./rows";

/** Factors are Q13, samples Q6. */
const SHIFT: i32 = 19;

let width: i32 = 0;
let height: i32 = 0;
/** Next row to make. */
let next: i32 = 0;
let pixels: usize = 0;
let capacity: i32 = 0;
/** Rows waiting at `pixels`. */
let filled: i32 = 0;

/** Rows of `columns` pixels go to `at`, at most `most` rows before the driver takes them. */
export function setOutput(columns: i32, rows: i32, at: usize, most: i32): void {
  width = columns;
  height = rows;
  next = 0;
  pixels = at;
  capacity = most;
  filled = 0;
}

/** How many rows wait at the output. The call takes them: the next rows begin there again. */
export function takeRows(): i32 {
  const rows = filled;
  filled = 0;
  return rows;
}

export function finished(): bool {
  return next >= height;
}

export function outputFull(): bool {
  return filled >= capacity;
}

/** Makes all rows that can be made now. */
export function makeRows(): void {
  const luma = component(0);
  const chroma = component(1);
  while (next < height && filled < capacity) {
    if (finishedRows() < load<i32>(luma.rowEnds + (<usize>next << 2))) return;
    if (finishedChromaRows() < load<i32>(chroma.rowEnds + (<usize>next << 2))) return;
    for (let i = 0; i < 3; i++) resampleRow(component(i), next, width);
    convert(luma.line, chroma.line, component(2).line, pixels + <usize>(filled * width) * 4);
    next++;
    filled++;
  }
}

/** A row of samples (i16, Q6) to RGBA; widths are rounded up to eights. */
function convert(y: usize, u: usize, v: usize, to: usize): void {
  const bytes = <usize>((width + 7) & ~7) << 1;
  const black = i16x8.splat(16 << 6);
  const centre = i16x8.splat(128 << 6);
  const round = i32x4.splat(1 << (SHIFT - 1));
  const zero = i16x8.splat(0);
  for (let x: usize = 0; x < bytes; x += 16, to += 32) {
    const luma = i16x8.sub_sat_s(v128.load(y + x), black);
    const cb = i16x8.sub_sat_s(v128.load(u + x), centre);
    const cr = i16x8.sub_sat_s(v128.load(v + x), centre);
    const red = mix(luma, cr, factors(9539, 13075), round, round, SHIFT);
    const blue = mix(luma, cb, factors(9539, 16525), round, round, SHIFT);
    const moreLow = i32x4.add(i32x4.dot_i16x8_s(low16(cr, zero), factors(-6660, 0)), round);
    const moreHigh = i32x4.add(i32x4.dot_i16x8_s(high16(cr, zero), factors(-6660, 0)), round);
    const green = mix(luma, cb, factors(9539, -3209), moreLow, moreHigh, SHIFT);
    storePixels(to, red, green, blue, i16x8.splat(255));
  }
}
