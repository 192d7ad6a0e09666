/**
 * How easily each macroblock is compressed, and segments of macroblocks alike in that. As libwebp does it: a histogram of
 * the coefficients after prediction by the mean; the fewer large ones, the easier.
 */
import { across, chromaOffset, down, lumaOf, planeU, planeV, records, strideUV, strideY } from "./picture";
import { meanOf } from "./predict";
import { Record, recordAt } from "./record";
import { row8, sumBytes } from "./rows";
import { compareSegments, SEGMENTS, segmentAt } from "./segments";
import { forwardDct } from "./transform";
import { COEFFICIENTS } from "./work";

/** Coefficients by magnitude / 8, the last for all above. */
const BINS: i32 = 32;
const HISTOGRAM = memory.data(32 * 4, 16);
const BYTES = memory.data(16, 16);
/** Macroblocks by ease, and which segment each ease belongs to. */
const BY_EASE = memory.data(256 * 4, 16);
const SEGMENT_OF = memory.data(256, 16);
const ROUNDS: i32 = 6;

/** Mean ease of chroma in the picture. */
export let chromaEase: i32 = 0;

@inline
function count(block: usize): void {
  const most = i16x8.splat(<i16>(BINS - 1));
  const a = i16x8.min_s(i16x8.shr_u(i16x8.abs(v128.load(block)), 3), most);
  const b = i16x8.min_s(i16x8.shr_u(i16x8.abs(v128.load(block, 16)), 3), most);
  const bins = i8x16.narrow_i16x8_u(a, b);
  // Most are in the first bin: those are counted together.
  let others = i8x16.bitmask(i8x16.ne(bins, i8x16.splat(0)));
  store<i32>(HISTOGRAM, load<i32>(HISTOGRAM) + 16 - popcnt<i32>(others));
  v128.store(BYTES, bins);
  while (others) {
    const bin = HISTOGRAM + (<usize>load<u8>(BYTES + <usize>ctz<i32>(others)) << 2);
    store<i32>(bin, load<i32>(bin) + 1);
    others &= others - 1;
  }
}

/** The last bin in use over the fullest one. Clears the histogram. */
function spreadOf(): i32 {
  let fullest = 0;
  let last = 1;
  for (let i = 0; i < BINS; i++) {
    const n = load<i32>(HISTOGRAM + (<usize>i << 2));
    if (n == 0) continue;
    fullest = max(fullest, n);
    last = i;
  }
  memory.fill(HISTOGRAM, 0, BINS * 4);
  return fullest > 1 ? (510 * last) / fullest : 0;
}

/** Counts the coefficients of `side` x `side` samples around their mean neighbour. */
function countArea(at: usize, stride: usize, shift: i32, top: bool, side: bool): void {
  const samples = <usize>1 << shift;
  const row = shift == 4 ? v128.load(at - stride) : v128.load64_zero(at - stride);
  let left = 0;
  for (let i: usize = 0; i < samples; i++) left += load<u8>(at + i * stride - 1);
  const mean = i16x8.splat(<i16>meanOf(sumBytes(row), left, shift, top, side));
  for (let y: usize = 0; y < samples; y += 4) {
    for (let x: usize = 0; x < samples; x += 8) {
      const p = at + y * stride + x;
      forwardDct(
        i16x8.sub(row8(p), mean),
        i16x8.sub(row8(p + stride), mean),
        i16x8.sub(row8(p + 2 * stride), mean),
        i16x8.sub(row8(p + 3 * stride), mean),
        COEFFICIENTS,
        COEFFICIENTS + 32,
      );
      count(COEFFICIENTS);
      count(COEFFICIENTS + 32);
    }
  }
}

/** Fills the ease of the record; gives chroma's. */
function analyseMacroblock(record: Record, x: i32, y: i32): i32 {
  countArea(lumaOf(x, y), strideY, 4, y > 0, x > 0);
  const luma = spreadOf();
  countArea(planeU + chromaOffset(x, y), strideUV, 3, y > 0, x > 0);
  countArea(planeV + chromaOffset(x, y), strideUV, 3, y > 0, x > 0);
  const chroma = spreadOf();
  record.ease = <u8>max(0, min(255, 255 - ((3 * luma + chroma + 2) >> 2)));
  return chroma;
}

/** Sorts the macroblocks into segments. Reads the source planes. */
export function analyse(): void {
  memory.fill(BY_EASE, 0, 256 * 4);
  let chroma = 0;
  let visible = 0;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const record = recordAt(records, y * across + x);
      if (record.invisible) continue;
      chroma += analyseMacroblock(record, x, y);
      visible++;
      const bin = BY_EASE + (<usize>record.ease << 2);
      store<i32>(bin, load<i32>(bin) + 1);
    }
  }
  chromaEase = chroma / max(1, visible);
  compareSegments(cluster());
  for (let i = 0; i < across * down; i++) {
    const record = recordAt(records, i);
    record.segment = record.invisible ? 0 : load<u8>(SEGMENT_OF + <usize>record.ease);
  }
}

/** Means of clusters of eases by k-means in one dimension. Fills the centres; gives the mean of all. */
function cluster(): i32 {
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
