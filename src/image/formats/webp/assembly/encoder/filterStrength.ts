/** Strength of the loop filter by segment (RFC 6386, 9.3, 9.6 and section 15). The filter itself is the decoder's work. */
import { acOf, dcOf, LUMA, quantiserOf, SECOND } from "./quantise";
import { SEGMENTS, segmentAt } from "./segments";
import { LAST, lastOf, levelsOf, Y2 } from "./work";

/** libwebp's filter_strength, its default. */
const STRENGTH: i32 = 60;
const MOST: i32 = 63;

/** For each segment the largest step between subblocks seen in a flat macroblock, in levels of Y2. */
const STEPS = memory.data(16, 16);

export function forgetSteps(): void {
  v128.store(STEPS, i64x2.splat(0));
}

/**
 * After luma was tried as a whole: one that is only Y2, and is far from the source all the same, shows the edges of its
 * blocks. The first three gradients of Y2 say how much.
 */
export function noteSteps(segment: i32, squaredError: i32): void {
  if (lastOf(Y2) < 0) return;
  if (v128.any_true(i8x16.gt_s(v128.load(LAST), i8x16.splat(0)))) return;
  if (squaredError <= 20 * dcOf(quantiserOf(segment, LUMA))) return;
  const levels = levelsOf(Y2);
  const across = abs<i32>(load<i16>(levels, 2));
  const down = abs<i32>(load<i16>(levels, 4));
  const both = abs<i32>(load<i16>(levels, 8));
  const at = STEPS + (<usize>segment << 2);
  store<i32>(at, max(load<i32>(at), max(across, max(down, both))));
}

/** Sets the strengths: by quantiser and ease, and at least what the steps between blocks need. */
export function setStrengths(): void {
  for (let i = 0; i < SEGMENTS; i++) {
    const s = segmentAt(i);
    const byQuantiser = ((s.factor >> 2) * 5 * STRENGTH) / (256 + s.beyond);
    const bySteps = (load<i32>(STEPS + (<usize>i << 2)) * acOf(quantiserOf(i, SECOND))) >> 3;
    s.filter = max(byQuantiser < 2 ? 0 : min(MOST, byQuantiser), min(MOST, bySteps));
  }
}

export function switchFilterOff(): void {
  for (let i = 0; i < SEGMENTS; i++) segmentAt(i).filter = 0;
}
