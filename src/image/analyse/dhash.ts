/** dHash: 64 bits that stay nearly the same when a picture is scaled, recoded or brightened (Krawetz, "Kind of Like That", 2013). Pure. */
import type { Pixels } from "../picture.ts";

const ACROSS = 9;
const DOWN = 8;

/**
 * The hash of a small picture as 16 hex digits: 8 rows of 8 bits, the first one highest. A bit is set where a cell of 9 x 8
 * is darker than its right neighbour. Alpha is taken for white.
 */
export function dHashOf({ width, height, data }: Pixels): string {
  const cells = new Float64Array(ACROSS * DOWN);
  for (let row = 0; row < DOWN; row++) {
    for (let column = 0; column < ACROSS; column++) {
      cells[row * ACROSS + column] = meanLuma(data, width, spanOf(column, ACROSS, width), spanOf(row, DOWN, height));
    }
  }
  let hash = "";
  for (let row = 0; row < DOWN; row++) {
    let bits = 0;
    for (let column = 0; column < ACROSS - 1; column++) {
      const [left = 0, right = 0] = cells.subarray(row * ACROSS + column, row * ACROSS + column + 2);
      // Rounding must not decide where both are the same.
      bits = 2 * bits + (right - left > 1e-6 ? 1 : 0);
    }
    hash += bits.toString(16).padStart(2, "0");
  }
  return hash;
}

type Span = { readonly from: number; readonly to: number };

/** The part of a side that a cell covers, in pixels, with fractions. */
function spanOf(cell: number, cells: number, length: number): Span {
  return { from: (cell * length) / cells, to: ((cell + 1) * length) / cells };
}

/** Mean of BT.601 luma over a rectangle; pixels at its edges count in part. */
function meanLuma(data: Pixels["data"], width: number, xs: Span, ys: Span): number {
  let sum = 0;
  let weight = 0;
  for (let y = Math.floor(ys.from); y < ys.to; y++) {
    const tall = Math.min(y + 1, ys.to) - Math.max(y, ys.from);
    for (let x = Math.floor(xs.from); x < xs.to; x++) {
      const part = tall * (Math.min(x + 1, xs.to) - Math.max(x, xs.from));
      const at = 4 * (y * width + x);
      const alpha = (data[at + 3] ?? 255) / 255;
      const luma = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
      sum += part * (luma * alpha + 255 * (1 - alpha));
      weight += part;
    }
  }
  return weight === 0 ? 0 : sum / weight;
}
