/** Structural similarity of two pictures by their luma (Wang et al. 2004), 8x8 windows every 4 pixels. Pure. */
import type { Pixels } from "../picture.ts";

const WINDOW = 8;
const STEP = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** One byte-scaled number a pixel, rows from the top. */
export type Luma = { readonly width: number; readonly height: number; readonly values: Float32Array };

/** BT.601 luma, times alpha: what is under transparent pixels is not seen. */
export function lumaOf({ width, height, data, alpha }: Pixels): Luma {
  const values = new Float32Array(width * height);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const y = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
    values[i] = alpha ? (y * (data[at + 3] ?? 0)) / 255 : y;
  }
  return { width, height, values };
}

/**
 * The mean over all windows, 1 = equal. Windows at the right and at the bottom reach to the edge, so no pixel is left out.
 * Both pictures have the same size. Throws Error when they have not.
 */
export function lumaSsim(a: Luma, b: Luma): number {
  const { width, height } = a;
  if (b.width !== width || b.height !== height) {
    throw new Error(`${b.width}x${b.height} cannot be compared with ${width}x${height}`);
  }
  const [columns, rows] = [Math.min(WINDOW, width), Math.min(WINDOW, height)];
  let [sum, windows] = [0, 0];
  for (const top of starts(height, rows)) {
    for (const left of starts(width, columns)) {
      sum += windowSsim(a.values, b.values, top * width + left, width, columns, rows);
      windows++;
    }
  }
  return sum / windows;
}

function starts(length: number, window: number): readonly number[] {
  const last = length - window;
  const all = Array.from({ length: Math.floor(last / STEP) + 1 }, (_, i) => i * STEP);
  return all.at(-1) === last ? all : [...all, last];
}

/** Of one window of `columns` x `rows` values; `start` is the index of its first value, `stride` the values of a row. */
export function windowSsim(
  x: Float32Array,
  y: Float32Array,
  start: number,
  stride: number,
  columns: number,
  rows: number,
): number {
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const from = start + row * stride;
    for (let at = from; at < from + columns; at++) {
      const p = x[at] ?? 0;
      const q = y[at] ?? 0;
      sx += p;
      sy += q;
      sxx += p * p;
      syy += q * q;
      sxy += p * q;
    }
  }
  const n = columns * rows;
  const [mx, my] = [sx / n, sy / n];
  const [vx, vy, vxy] = [sxx / n - mx * mx, syy / n - my * my, sxy / n - mx * my];
  return ((2 * mx * my + C1) * (2 * vxy + C2)) / ((mx * mx + my * my + C1) * (vx + vy + C2));
}
