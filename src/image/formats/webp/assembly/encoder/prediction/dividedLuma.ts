/** Luma with a mode for each of its sixteen subblocks (RFC 6386, 11.2 and 12.3). */
import { LEFT, modesIn } from "../contexts";
import { satd4 } from "./distortion";
import { strideY } from "../picture";
import { predictSubblock, SUBBLOCK_PREDICTIONS } from "./predict";
import { everyCoefficient, last, LUMA, quantise, quantiserOf } from "../transform/quantise";
import { blockCost } from "../entropy/rate";
import { block16 } from "./rows";
import { scoreOf, segmentAt } from "../analysis/segments";
import { submodeCosts } from "../entropy/submode";
import { forwardDct, rebuild } from "../transform/transform";
import { LAST, LEVELS, Y_WITH_DC } from "../work";

/** The flag for divided luma costs this much more than the flag for whole luma, in 1/256 bit. */
const DIVIDED: i32 = 211;
/**
 * The third and fourth mode are tried only if the third one's score is at most this many sixteenths of the first one's.
 */
const WORTH_TRYING: i32 = 28;
/** Four candidates: coefficients and levels of each. */
const CANDIDATES = memory.data(4 * 32, 16);
const CANDIDATE_LEVELS = memory.data(4 * 32, 16);
/** Results, until it is known that divided luma is better. */
const BLOCKS = memory.data(16 * 32, 16);
const LASTS = memory.data(16, 16);
const ABOVE = memory.data(4, 4);
const BESIDE = memory.data(4, 4);

/** Of the candidate chosen last. */
let chosenMode: i32 = 0;
let chosenLast: i32 = 0;
let chosenAt: usize = 0;
let chosenRate: i32 = 0;
let chosenError: i32 = 0;
/** SATD scores of the four nearest modes in order, the mode in the low four bits. */
let first: i32 = 0;
let second: i32 = 0;
let third: i32 = 0;
let fourth: i32 = 0;

/** Ranks the ten predictions by SATD and the cost of the mode. */
@inline
function rank(low: v128, high: v128, costs: usize, price: i32): void {
  let a = i32.MAX_VALUE, b = i32.MAX_VALUE, c = i32.MAX_VALUE, d = i32.MAX_VALUE;
  for (let mode: usize = 0; mode < 10; mode++) {
    const satd = satd4(low, high, v128.load(SUBBLOCK_PREDICTIONS + (mode << 4)));
    const score = ((satd * 16 + ((<i32>load<u16>(costs + (mode << 1)) * price) >> 6)) << 4) | <i32>mode;
    const worse1 = max(score, a);
    a = min(score, a);
    const worse2 = max(worse1, b);
    b = min(worse1, b);
    const worse3 = max(worse2, c);
    c = min(worse2, c);
    d = min(worse3, d);
  }
  first = a;
  second = b;
  third = c;
  fourth = d;
}

/** Transforms two candidates at once. */
@inline
function transform(low: v128, high: v128, modeA: i32, modeB: i32, to: usize): void {
  const a = v128.load(SUBBLOCK_PREDICTIONS + (<usize>modeA << 4));
  const b = v128.load(SUBBLOCK_PREDICTIONS + (<usize>modeB << 4));
  const a01 = i16x8.sub(low, i16x8.extend_low_i8x16_u(a)), a23 = i16x8.sub(high, i16x8.extend_high_i8x16_u(a));
  const b01 = i16x8.sub(low, i16x8.extend_low_i8x16_u(b)), b23 = i16x8.sub(high, i16x8.extend_high_i8x16_u(b));
  forwardDct(
    v128.shuffle<u64>(a01, b01, 0, 2),
    v128.shuffle<u64>(a01, b01, 1, 3),
    v128.shuffle<u64>(a23, b23, 0, 2),
    v128.shuffle<u64>(a23, b23, 1, 3),
    to,
    to + 32,
  );
}

/** Quantises a candidate and keeps it if its score beats `best`. Gives the better score. */
@inline
function judge(at: usize, mode: i32, quantiser: usize, costs: usize, context: i32, lambda: i64, best: i64): i64 {
  const levels = CANDIDATE_LEVELS + at;
  const error = (quantise(CANDIDATES + at, levels, quantiser, everyCoefficient()) + 2) >> 2;
  const place = last;
  const known = <i32>load<u16>(costs + (<usize>mode << 1));
  if (scoreOf(known, lambda, error) >= best) return best;
  const rate = known + blockCost(levels, Y_WITH_DC, 0, place, context);
  const score = scoreOf(rate, lambda, error);
  if (score >= best) return best;
  chosenMode = mode;
  chosenLast = place;
  chosenAt = at;
  chosenRate = rate;
  chosenError = error;
  return score;
}

/**
 * Encodes luma by subblocks into the plane at `at`. Until a subblock is encoded, the plane holds its source. Gives -1
 * as soon as the score reaches `limit`. Else gives the score, and the modes are in `modes`.
 */
export function encodeDivided(at: usize, segment: i32, limit: i64, modes: usize, top: usize): i64 {
  const s = segmentAt(segment);
  const lambda = <i64>s.lambdaSubblock;
  const lambdaMode = <i64>s.lambdaMode;
  const price = s.factor * 4;
  const quantiser = quantiserOf(segment, LUMA);
  let total = scoreOf(DIVIDED, lambdaMode, 0);
  store<u32>(ABOVE, load<u32>(top));
  store<u32>(BESIDE, load<u32>(LEFT));
  for (let b: usize = 0; b < 16; b++) {
    const x = b & 3;
    const y = b >> 2;
    const to = at + (y << 2) * strideY + (x << 2);
    // For all subblocks of the right column, the samples above the next macroblock are above and to the right (12.3).
    predictSubblock(to, strideY, x == 3 ? at - strideY + 16 : to - strideY + 4);
    const modeAbove = y > 0 ? <i32>load<u8>(modes + b - 4) : <i32>load<u8>(modesIn(top) + x);
    const modeLeft = x > 0 ? <i32>load<u8>(modes + b - 1) : <i32>load<u8>(modesIn(LEFT) + y);
    const costs = submodeCosts(modeAbove, modeLeft);
    const context = <i32>load<u8>(ABOVE + x) + <i32>load<u8>(BESIDE + y);
    const source = block16(to, strideY);
    const low = i16x8.extend_low_i8x16_u(source);
    const high = i16x8.extend_high_i8x16_u(source);
    rank(low, high, costs, price);
    transform(low, high, first & 15, second & 15, CANDIDATES);
    let best = judge(0, first & 15, quantiser, costs, context, lambda, i64.MAX_VALUE);
    best = judge(32, second & 15, quantiser, costs, context, lambda, best);
    if (third <= (first >> 4) * WORTH_TRYING) {
      transform(low, high, third & 15, fourth & 15, CANDIDATES + 64);
      best = judge(64, third & 15, quantiser, costs, context, lambda, best);
      judge(96, fourth & 15, quantiser, costs, context, lambda, best);
    }
    total += scoreOf(chosenRate, lambdaMode, chosenError);
    if (total >= limit) return -1;
    const mode = <usize>chosenMode;
    rebuild(CANDIDATES + chosenAt, v128.load(SUBBLOCK_PREDICTIONS + (mode << 4)), to, strideY);
    v128.store(BLOCKS + (b << 5), v128.load(CANDIDATE_LEVELS + chosenAt));
    v128.store(BLOCKS + (b << 5), v128.load(CANDIDATE_LEVELS + chosenAt, 16), 16);
    store<i8>(LASTS + b, <i8>chosenLast);
    const some = chosenLast >= 0 ? 1 : 0;
    store<u8>(ABOVE + x, some);
    store<u8>(BESIDE + y, some);
    store<u8>(modes + b, <u8>mode);
  }
  return total;
}

/** Copies the levels of the divided luma that was encoded last to LEVELS and LAST. */
export function takeDivided(): void {
  memory.copy(LEVELS, BLOCKS, 16 * 32);
  v128.store(LAST, v128.load(LASTS));
}
