/**
 * The reduction that both hashes are made from, always the same one: luma in 64 x 64 cells, whatever the picture's
 * proportions. The reference implementation of PDQ stretches a picture to 512 x 512, filters it with two passes of a box of 4
 * pixels and takes a pixel of each cell of 8. That is a tent one cell wide, whose middle is 1.5 of 8 pixels behind the
 * cell's. Here the same tent is laid on the rendition's own pixels. So the values hardly depend on its size. Pure.
 */
import type { Pixels } from "../picture.ts";

/** Cells along each side. */
export const GRID = 64;
/** Pixels that are looked at along each side of a cell: all of them up to a rendition of 512 px. */
const MOST_SAMPLES = 8;
/** How far the middle of the tent is behind that of its cell, in cells. */
const SHIFT = 1.5 / 8;

/** 64 x 64 values of luma (BT.601), 0 to 255, rows from the top. What is transparent counts as white. */
export function gridOf({ width, height, data, alpha }: Pixels): Float32Array {
  const grid = new Float32Array(GRID * GRID);
  const columns = samplesOf(width);
  const rows = samplesOf(height);
  const line = new Float64Array(GRID);
  for (let y = 0; y < GRID; y++) {
    line.fill(0);
    for (let i = 0; i < rows.each; i++) {
      const weight = rows.weights[y * rows.each + i] ?? 0;
      if (weight > 0) addRow(line, weight, data, 4 * width * (rows.offsets[y * rows.each + i] ?? 0), columns, alpha);
    }
    grid.set(line, y * GRID);
  }
  return grid;
}

type Samples = {
  /** Samples of each cell; some may weigh nothing. */
  readonly each: number;
  readonly offsets: Int32Array;
  /** Those of a cell add up to 1. */
  readonly weights: Float64Array;
};

const R = 0.299;
const G = 0.587;
const B = 0.114;

/** Adds a row of pixels, which begins at `start`, to a row of cells. */
function addRow(
  line: Float64Array,
  weight: number,
  data: Pixels["data"],
  start: number,
  { each, offsets, weights }: Samples,
  alpha: boolean,
): void {
  for (let x = 0, at = 0; x < GRID; x++) {
    let sum = 0;
    for (let i = 0; i < each; i++, at++) {
      const pixel = start + 4 * (offsets[at] ?? 0);
      let value = R * (data[pixel] ?? 0) + G * (data[pixel + 1] ?? 0) + B * (data[pixel + 2] ?? 0);
      if (alpha) value = 255 + ((value - 255) * (data[pixel + 3] ?? 255)) / 255;
      sum += value * (weights[at] ?? 0);
    }
    line[x] = (line[x] ?? 0) + weight * sum;
  }
}

/** What each cell reads along a side of `length` pixels. A cell that holds no pixel's centre reads the nearest pixel. */
function samplesOf(length: number): Samples {
  const cell = length / GRID;
  const step = Math.max(1, cell / MOST_SAMPLES);
  const each = Math.ceil(cell / step) + 1;
  const offsets = new Int32Array(GRID * each);
  const weights = new Float64Array(GRID * each);
  for (let i = 0; i < GRID; i++) {
    const from = (i + SHIFT) * cell;
    const centre = from + cell / 2;
    let sum = 0;
    for (let j = 0; j < each; j++) {
      const offset = Math.min(length - 1, Math.floor(from + j * step));
      const weight = Math.max(0, 1 - Math.abs(offset + 0.5 - centre) / (cell / 2));
      offsets[i * each + j] = offset;
      weights[i * each + j] = weight;
      sum += weight;
    }
    if (sum === 0) {
      offsets[i * each] = Math.min(length - 1, Math.floor(centre));
      weights[i * each] = 1;
    } else for (let j = 0; j < each; j++) weights[i * each + j] = (weights[i * each + j] ?? 0) / sum;
  }
  return { each, offsets, weights };
}
