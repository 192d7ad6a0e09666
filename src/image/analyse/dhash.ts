/**
 * dHash, a perceptual hash of 64 bits: whether a picture gets brighter from each cell to the next (Krawetz, "Kind of Like
 * That", 2013). Pure.
 */
import { GRID } from "./reduction.ts";

const ACROSS = 9;
const DOWN = 8;
/** Smaller differences count as none: those of rounding, and those that an encoder makes in a flat part of a picture. */
const LEAST = 0.5;

/**
 * The hash of 64 x 64 values of luma, as 16 hex digits: 8 rows of 8 bits, the first one highest. A bit is set where a cell
 * of 9 x 8 is darker than its right neighbour.
 */
export function dHashOf(grid: Float32Array): string {
  let hash = "";
  for (let row = 0; row < DOWN; row++) {
    let bits = 0;
    let left = meanOf(grid, row, 0);
    for (let column = 1; column < ACROSS; column++) {
      const right = meanOf(grid, row, column);
      bits = 2 * bits + (right - left > LEAST ? 1 : 0);
      left = right;
    }
    hash += bits.toString(16).padStart(2, "0");
  }
  return hash;
}

/** Mean of a cell of 9 x 8. Values at its left and right edges count in part. */
function meanOf(grid: Float32Array, row: number, column: number): number {
  const tall = GRID / DOWN;
  const [from, to] = [(column * GRID) / ACROSS, ((column + 1) * GRID) / ACROSS];
  let sum = 0;
  for (let x = Math.floor(from); x < to; x++) {
    let line = 0;
    for (let y = row * tall; y < (row + 1) * tall; y++) line += grid[y * GRID + x] ?? 0;
    sum += line * (Math.min(x + 1, to) - Math.max(x, from));
  }
  return sum / (tall * (to - from));
}
