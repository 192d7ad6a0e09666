/** Segments of macroblocks that are about as easy to compress: k-means in one dimension (RFC 6386, 9.3). */
import { SEGMENTS, segmentAt } from "./segments";

/** Macroblocks by ease, and which segment each ease belongs to. */
const BY_EASE = memory.data(256 * 4, 16);
const SEGMENT_OF = memory.data(256, 16);
const ROUNDS: i32 = 6;

export function clearEases(): void {
  memory.fill(BY_EASE, 0, 256 * 4);
}

@inline
export function addEase(ease: i32): void {
  const bin = BY_EASE + (<usize>ease << 2);
  store<i32>(bin, load<i32>(bin) + 1);
}

@inline
export function segmentOf(ease: i32): i32 {
  return load<u8>(SEGMENT_OF + <usize>ease);
}

/** Finds the centres of the segments. Gives the mean of all macroblocks. */
export function cluster(): i32 {
  let least = 0;
  let most = 255;
  while (least < 255 && load<i32>(BY_EASE + (<usize>least << 2)) == 0) least++;
  while (most > least && load<i32>(BY_EASE + (<usize>most << 2)) == 0) most--;
  for (let i = 0; i < SEGMENTS; i++) {
    segmentAt(i).centre = least + ((2 * i + 1) * (most - least)) / (2 * SEGMENTS);
  }
  let mean = 0;
  for (let round = 0; round < ROUNDS; round++) {
    assign(least, most);
    let moved = 0;
    let total = 0;
    mean = 0;
    for (let i = 0; i < SEGMENTS; i++) {
      const weight = weightOf(i);
      if (weight == 0) continue;
      const centre = (sumOf(i) + weight / 2) / weight;
      moved += abs<i32>(centre - segmentAt(i).centre);
      segmentAt(i).centre = centre;
      mean += centre * weight;
      total += weight;
    }
    mean = (mean + total / 2) / max(1, total);
    if (moved < 5) break;
  }
  return mean;
}

/** Macroblocks of each segment and the sum of their eases. */
const WEIGHTS = memory.data(16, 16);
const SUMS = memory.data(16, 16);

@inline
function weightOf(segment: i32): i32 {
  return load<i32>(WEIGHTS + (<usize>segment << 2));
}

@inline
function sumOf(segment: i32): i32 {
  return load<i32>(SUMS + (<usize>segment << 2));
}

/** Each ease goes to the nearest centre; centres are in order. */
function assign(least: i32, most: i32): void {
  v128.store(WEIGHTS, i64x2.splat(0));
  v128.store(SUMS, i64x2.splat(0));
  let segment = 0;
  for (let ease = least; ease <= most; ease++) {
    const n = load<i32>(BY_EASE + (<usize>ease << 2));
    if (n == 0) continue;
    while (segment + 1 < SEGMENTS && distance(segment + 1, ease) < distance(segment, ease)) segment++;
    store<u8>(SEGMENT_OF + <usize>ease, <u8>segment);
    store<i32>(WEIGHTS + (<usize>segment << 2), weightOf(segment) + n);
    store<i32>(SUMS + (<usize>segment << 2), sumOf(segment) + n * ease);
  }
}

@inline
function distance(segment: i32, ease: i32): i32 {
  return abs<i32>(ease - segmentAt(segment).centre);
}
