/**
 * PDQ, a perceptual hash of 256 bits (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing
 * Algorithm", 2019). Bit for bit what the reference implementation in C++ gives for the same 64 x 64 values. Pure.
 */
import type { Pdq } from "../rendition.ts";
import { GRID } from "./reduction.ts";

const SIDE = 16;
const BITS = SIDE * SIDE;

/** Rows 1 to 16 of the 64-point DCT-II, without the constant one. */
const DCT = new Float32Array(SIDE * GRID);
const FACTOR = Math.fround(Math.sqrt(2 / GRID));
for (let i = 0; i < SIDE; i++) {
  for (let j = 0; j < GRID; j++) {
    DCT[i * GRID + j] = FACTOR * Math.cos((Math.PI / 2 / GRID) * (i + 1) * (2 * j + 1));
  }
}

/** The hash of 64 x 64 values of luma, rows from the top. */
export function pdqOf(grid: Float32Array): Pdq {
  const coefficients = dct(grid);
  const median = coefficients.toSorted()[BITS / 2 - 1] ?? 0;
  let hash = "";
  for (let nibble = BITS / 4 - 1; nibble >= 0; nibble--) {
    let bits = 0;
    for (let k = 3; k >= 0; k--) bits = 2 * bits + ((coefficients[4 * nibble + k] ?? 0) > median ? 1 : 0);
    hash += bits.toString(16);
  }
  return { hash, quality: qualityOf(grid) };
}

/** D A Dt, in float32 and in the order of the reference implementation. */
function dct(grid: Float32Array): Float32Array {
  const half = new Float32Array(SIDE * GRID);
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < GRID; j++) {
      let sum = 0;
      for (let k = 0; k < GRID; k++) {
        sum = Math.fround(sum + Math.fround((DCT[i * GRID + k] ?? 0) * (grid[k * GRID + j] ?? 0)));
      }
      half[i * GRID + j] = sum;
    }
  }
  const whole = new Float32Array(BITS);
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      let sum = 0;
      for (let k = 0; k < GRID; k++) {
        sum = Math.fround(sum + Math.fround((half[i * GRID + k] ?? 0) * (DCT[j * GRID + k] ?? 0)));
      }
      whole[i * SIDE + j] = sum;
    }
  }
  return whole;
}

/** Sum of the differences between neighbours, each rounded down to hundredths of the range. */
function qualityOf(grid: Float32Array): number {
  let sum = 0;
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      const value = grid[y * GRID + x] ?? 0;
      if (x + 1 < GRID) sum += step(value, grid[y * GRID + x + 1] ?? 0);
      if (y + 1 < GRID) sum += step(value, grid[(y + 1) * GRID + x] ?? 0);
    }
  }
  return Math.min(100, Math.floor(sum / 90));
}

function step(a: number, b: number): number {
  return Math.abs(Math.trunc(Math.fround(Math.fround(Math.fround(a - b) * 100) / 255)));
}
