/**
 * Gaussian blur by three passes of a box in each direction, whose time does not grow with the width of the blur. The boxes
 * have fractional edges, so that their variance is exactly that of the kernel (Gwosdek et al., "Theoretical Foundations of
 * Gaussian Convolution by Extended Box Filtering", 2011). The kernel is that of libvips, which ends at a fifth of its height.
 */
import type { Pixels } from "../picture.ts";
import { gaussianWeights } from "./gaussian.ts";

/** As in `vips_gaussblur`. */
const LEAST_WEIGHT = 0.2;
const PASSES = 3;

/** Pixels -> blurred in place. `sigma`: standard deviation in pixels. Beyond an edge its last pixel goes on. */
export function blur({ width, height, data, alpha }: Pixels, sigma: number): void {
  const box = boxOf(varianceOf(gaussianWeights(sigma, LEAST_WEIGHT)) / PASSES);
  if (box === null) return;
  if (alpha) multiply(data);
  const channels = alpha ? 4 : 3;
  const lines = [new Float32Array(Math.max(width, height)), new Float32Array(Math.max(width, height))] as const;
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) blurLine(data, 4 * y * width + c, 4, width, box, lines);
    for (let x = 0; x < width; x++) blurLine(data, 4 * x + c, 4 * width, height, box, lines);
  }
  if (alpha) divide(data);
}

function varianceOf(weights: readonly number[]): number {
  let [sum, squares] = [weights[0] ?? 1, 0];
  for (const [x, weight] of weights.entries()) {
    if (x === 0) continue;
    sum += 2 * weight;
    squares += 2 * weight * x * x;
  }
  return squares / sum;
}

/** So many whole pixels each way of the middle, and a share of the next one. */
type Box = { readonly radius: number; readonly edge: number };

/** The box of a variance; null for one of no width. */
function boxOf(variance: number): Box | null {
  if (variance <= 0) return null;
  const radius = Math.floor((Math.sqrt(1 + 12 * variance) - 1) / 2);
  const edge =
    ((2 * radius + 1) * (radius * (radius + 1) - 3 * variance)) / (6 * (variance - (radius + 1) * (radius + 1)));
  return { radius, edge };
}

function blurLine(
  data: Uint8Array,
  start: number,
  step: number,
  length: number,
  box: Box,
  [a, b]: readonly [Float32Array, Float32Array],
): void {
  for (let i = 0, at = start; i < length; i++, at += step) a[i] = data[at] as number;
  pass(a, b, length, box);
  pass(b, a, length, box);
  pass(a, b, length, box);
  for (let i = 0, at = start; i < length; i++, at += step) data[at] = Math.round(b[i] as number);
}

function pass(from: Float32Array, to: Float32Array, length: number, { radius, edge }: Box): void {
  const last = length - 1;
  const at = (i: number) => from[Math.max(0, Math.min(last, i))] as number;
  const of = 2 * radius + 1 + 2 * edge;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += at(i);
  for (let i = 0; i < length; i++) {
    const next = at(i + radius + 1);
    to[i] = (sum + edge * (at(i - radius - 1) + next)) / of;
    sum += next - at(i - radius);
  }
}

/** Colour times alpha: what is transparent has no colour to give to its neighbours. */
function multiply(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 4) {
    const a = data[at + 3] as number;
    if (a === 255) continue;
    for (let c = 0; c < 3; c++) data[at + c] = Math.round(((data[at + c] as number) * a) / 255);
  }
}

function divide(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 4) {
    const a = data[at + 3] as number;
    if (a === 255 || a === 0) continue;
    for (let c = 0; c < 3; c++) data[at + c] = Math.min(255, Math.round(((data[at + c] as number) * 255) / a));
  }
}
