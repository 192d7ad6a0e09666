/**
 * Finds how easily each macroblock is compressed, and sorts the macroblocks into segments by that. As in libwebp, it
 * takes a histogram of the coefficients after prediction by the mean. A macroblock with fewer large coefficients is
 * easier.
 */
import { across, chromaOffset, down, lumaOf, planeU, planeV, records, strideUV, strideY } from "../picture";
import { meanOf } from "../prediction/predict";
import { Record, recordAt } from "../record";
import { row8, sumBytes } from "../prediction/rows";
import { addEase, clearEases, cluster, segmentOf } from "./cluster";
import { compareSegments } from "./segments";
import { forwardDct } from "../transform/transform";
import { COEFFICIENTS } from "../work";

/** Coefficients by magnitude / 8, the last for all above. */
const BINS: i32 = 32;
const HISTOGRAM = memory.data(32 * 4, 16);
const BYTES = memory.data(16, 16);

/** Mean ease of chroma in the picture. */
export let chromaEase: i32 = 0;

@inline
function count(block: usize): void {
  const most = i16x8.splat(<i16>(BINS - 1));
  const a = i16x8.min_s(i16x8.shr_u(i16x8.abs(v128.load(block)), 3), most);
  const b = i16x8.min_s(i16x8.shr_u(i16x8.abs(v128.load(block, 16)), 3), most);
  const bins = i8x16.narrow_i16x8_u(a, b);
  // Most coefficients are in the first bin. They are counted together.
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
  clearEases();
  let chroma = 0;
  let visible = 0;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const record = recordAt(records, y * across + x);
      if (record.invisible) continue;
      chroma += analyseMacroblock(record, x, y);
      visible++;
      addEase(record.ease);
    }
  }
  chromaEase = chroma / max(1, visible);
  compareSegments(cluster());
  for (let i = 0; i < across * down; i++) {
    const record = recordAt(records, i);
    record.segment = record.invisible ? 0 : <u8>segmentOf(record.ease);
  }
}
