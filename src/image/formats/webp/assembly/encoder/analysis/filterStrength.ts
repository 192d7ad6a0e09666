/** Strength of the loop filter by segment (RFC 6386, 9.3, 9.6 and section 15). Only the decoder runs the filter. */
import { acOf, dcOf, LUMA, quantiserOf, SECOND } from "../transform/quantise";
import { SEGMENTS, segmentAt } from "./segments";
import { LAST, lastOf, levelsOf, Y2 } from "../work";

/** libwebp's filter_strength, its default. */
const STRENGTH: i32 = 60;
const MOST: i32 = 63;

/** Of each segment: its macroblocks, the flat ones that show steps, and the sum of those steps, in levels of Y2. */
const MACROBLOCKS = memory.data(16, 16);
const FLAT = memory.data(16, 16);
const STEPS = memory.data(16, 16);
/** If less than one macroblock of so many is flat, the segment is filtered less for the steps. */
const FEW: i64 = 128;

@inline
function sumOf(sums: usize, segment: i32): i32 {
  return load<i32>(sums + (<usize>segment << 2));
}

@inline
function add(sums: usize, segment: i32, value: i32): void {
  store<i32>(sums + (<usize>segment << 2), sumOf(sums, segment) + value);
}

export function forgetSteps(): void {
  v128.store(MACROBLOCKS, i64x2.splat(0));
  v128.store(FLAT, i64x2.splat(0));
  v128.store(STEPS, i64x2.splat(0));
}

/**
 * Called after whole luma was tried. A macroblock with levels in Y2 only is flat. If its error is large all the same,
 * the edges between its blocks show. The first three levels of Y2 after the mean say how high the steps are.
 */
export function noteSteps(segment: i32, squaredError: i32): void {
  add(MACROBLOCKS, segment, 1);
  if (lastOf(Y2) < 0) return;
  if (v128.any_true(i8x16.gt_s(v128.load(LAST), i8x16.splat(0)))) return;
  if (squaredError <= 20 * dcOf(quantiserOf(segment, LUMA))) return;
  const levels = levelsOf(Y2);
  const across = abs<i32>(load<i16>(levels, 2));
  const down = abs<i32>(load<i16>(levels, 4));
  const both = abs<i32>(load<i16>(levels, 8));
  const steps = max(across, max(down, both));
  if (steps == 0) return;
  add(FLAT, segment, 1);
  add(STEPS, segment, steps);
}

/**
 * The strength that the steps between blocks need: a quarter more than their mean. libwebp takes the largest step in a
 * segment. With that, one flat corner can blur a whole picture of leaves.
 */
function strengthBySteps(segment: i32): i32 {
  const flat = <i64>sumOf(FLAT, segment);
  const all = <i64>sumOf(MACROBLOCKS, segment);
  if (flat == 0) return 0;
  const mean = (5 * <i64>sumOf(STEPS, segment) * acOf(quantiserOf(segment, SECOND))) / (4 * flat);
  // A Y2 of one level is an eighth of it in samples.
  return <i32>min<i64>(MOST, (mean * min<i64>(all, FEW * flat)) / (8 * all));
}

/** Sets the strengths: by quantiser and ease, and at least what the steps between blocks need. */
export function setStrengths(): void {
  for (let i = 0; i < SEGMENTS; i++) {
    const s = segmentAt(i);
    const byQuantiser = ((s.factor >> 2) * 5 * STRENGTH) / (256 + s.beyond);
    s.filter = max(byQuantiser < 2 ? 0 : min(MOST, byQuantiser), strengthBySteps(i));
  }
}

export function switchFilterOff(): void {
  for (let i = 0; i < SEGMENTS; i++) segmentAt(i).filter = 0;
}
