/**
 * The small copy in which attention is looked for, made as libvips makes it (`vips_resize`): first the height, then the width,
 * each by means of whole pixels until it is less than four times as long, then by Lanczos-3. Another filter would move the
 * point where two places are about as good.
 */
import type { Pixels } from "../picture.ts";

/** Side of the copy, which is square whatever the picture's shape is. */
export const ATTENTION_SIDE = 32;

/** `gap` of `vips_resize`: at least so much is left to Lanczos-3. */
const LEFT_TO_LANCZOS = 2;
const LOBES = 3;

/** Pixels -> the copy: 32 x 32 pixels of RGBA. Each step rounds to 8 bits. */
export function attentionCopy({ width, height, data }: Pixels): Uint8Array {
  const low = lowered(data, width, height);
  const narrow = lowered(transposed(low, width, ATTENTION_SIDE), ATTENTION_SIDE, width);
  return transposed(narrow, ATTENTION_SIDE, ATTENTION_SIDE);
}

/** A picture -> the same, 32 pixels high. */
function lowered(data: Uint8Array, width: number, height: number): Uint8Array {
  const box = Math.max(1, Math.floor(height / ATTENTION_SIDE / LEFT_TO_LANCZOS));
  const rows = box === 1 ? data : boxed(data, width, height, box);
  const count = Math.ceil(height / box);
  // A last box that is not full counts as a part of a row.
  const scale = height / box / ATTENTION_SIDE;
  const stride = 4 * width;
  const out = new Uint8ClampedArray(stride * ATTENTION_SIDE);
  const sums = new Float32Array(stride);
  for (let y = 0; y < ATTENTION_SIDE; y++) {
    const { first, weights } = tapsAt((y + 0.5) * scale - 0.5, Math.max(1, scale));
    sums.fill(0);
    for (const [tap, weight] of weights.entries()) {
      const from = stride * Math.max(0, Math.min(count - 1, first + tap));
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (rows[from + i] as number);
    }
    out.set(sums, stride * y);
  }
  return new Uint8Array(out.buffer);
}

/** Means of `box` rows each. A box over the edge repeats the last row. */
function boxed(data: Uint8Array, width: number, height: number, box: number): Uint8Array {
  const count = Math.ceil(height / box);
  const stride = 4 * width;
  const out = new Uint8Array(stride * count);
  const sums = new Uint32Array(stride);
  for (let y = 0; y < count; y++) {
    sums.fill(Math.floor(box / 2));
    for (let i = 0; i < box; i++) {
      const from = stride * Math.min(height - 1, y * box + i);
      for (let at = 0; at < stride; at++) sums[at] = (sums[at] as number) + (data[from + at] as number);
    }
    for (let at = 0; at < stride; at++) out[stride * y + at] = Math.trunc((sums[at] as number) / box);
  }
  return out;
}

function transposed(data: Uint8Array, width: number, height: number): Uint8Array {
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) to[x * height + y] = from[y * width + x] as number;
  return new Uint8Array(to.buffer);
}

/** The pixels that take part around a centre, and their weights, which add up to 1. */
function tapsAt(centre: number, scale: number): { readonly first: number; readonly weights: readonly number[] } {
  const first = Math.ceil(centre - LOBES * scale);
  const last = Math.floor(centre + LOBES * scale);
  const weights = Array.from({ length: last - first + 1 }, (_, i) => lanczos((first + i - centre) / scale));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: weights.map((weight) => weight / sum) };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}
