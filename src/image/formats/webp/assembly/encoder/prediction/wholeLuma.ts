/** Luma with one mode for the whole macroblock: Y2 holds the first coefficients of its blocks (RFC 6386, 14.3). */
import { inverseWalsh } from "../../decoder/transform";
import { LEFT, secondContext } from "../contexts";
import { satdArea } from "./distortion";
import { strideY } from "../picture";
import { LUMA_PREDICTIONS } from "./predict";
import { everyCoefficient, last, LUMA, quantise, quantiserOf, SECOND, withoutFirst } from "../transform/quantise";
import { blockCost } from "../entropy/rate";
import { block16, row8 } from "./rows";
import { forwardDct, forwardWalsh, rebuild } from "../transform/transform";
import { coefficientsOf, COEFFICIENTS, levelsOf, setLast, Y2, Y2_TYPE, Y_AFTER_Y2 } from "../work";

/** What a decoder makes of it: rows of 16 samples. */
export const REBUILT = memory.data(256, 16);
/** libwebp's costs of the four modes (DC TM V H), in 1/256 bit. */
const MODE_COSTS = memory.data<u16>([663, 919, 872, 919]);
/** Whether the blocks above and to the left have levels, for the block at hand. */
const ABOVE = memory.data(4, 4);
const BESIDE = memory.data(4, 4);

@inline
export function wholeModeCost(mode: i32): i32 {
  return load<u16>(MODE_COSTS + (<usize>mode << 1));
}

/** The mode whose prediction is nearest to the source. LUMA_PREDICTIONS are made. */
export function bestWholeMode(source: usize, factor: i32): i32 {
  let best = 0;
  let least = i32.MAX_VALUE;
  for (let mode = 0; mode < 4; mode++) {
    const satd = satdArea(source, strideY, LUMA_PREDICTIONS + (<usize>mode << 8), 16, 16);
    const score = satd + ((wholeModeCost(mode) * factor) >> 8);
    if (score >= least) continue;
    least = score;
    best = mode;
  }
  return best;
}

/** Encodes luma in that mode: coefficients, levels, LAST and REBUILT. Gives the cost of the levels in 1/256 bit. */
export function encodeWhole(source: usize, mode: i32, segment: i32, top: usize): i32 {
  const predicted = LUMA_PREDICTIONS + (<usize>mode << 8);
  for (let b: usize = 0; b < 16; b += 2) {
    const p = source + (b >> 2 << 2) * strideY + ((b & 3) << 2);
    const q = predicted + (b >> 2 << 6) + ((b & 3) << 2);
    forwardDct(
      i16x8.sub(row8(p), row8(q)),
      i16x8.sub(row8(p + strideY), row8(q + 16)),
      i16x8.sub(row8(p + 2 * strideY), row8(q + 32)),
      i16x8.sub(row8(p + 3 * strideY), row8(q + 48)),
      coefficientsOf(b),
      coefficientsOf(b + 1),
    );
  }
  forwardWalsh(COEFFICIENTS, coefficientsOf(Y2));
  quantise(coefficientsOf(Y2), levelsOf(Y2), quantiserOf(segment, SECOND), everyCoefficient());
  setLast(Y2, last);
  let cost = blockCost(levelsOf(Y2), Y2_TYPE, 0, last, secondContext(top));
  store<u32>(ABOVE, load<u32>(top));
  store<u32>(BESIDE, load<u32>(LEFT));
  const quantiser = quantiserOf(segment, LUMA);
  for (let b: usize = 0; b < 16; b++) {
    quantise(coefficientsOf(b), levelsOf(b), quantiser, withoutFirst());
    setLast(b, last);
    const above = ABOVE + (b & 3);
    const beside = BESIDE + (b >> 2);
    cost += blockCost(levelsOf(b), Y_AFTER_Y2, 1, last, <i32>load<u8>(above) + <i32>load<u8>(beside));
    const some = last > 0 ? 1 : 0;
    store<u8>(above, some);
    store<u8>(beside, some);
  }
  inverseWalsh(coefficientsOf(Y2), COEFFICIENTS);
  for (let b: usize = 0; b < 16; b++) {
    const at = (b >> 2 << 6) + ((b & 3) << 2);
    rebuild(coefficientsOf(b), block16(predicted + at, 16), REBUILT + at, 16);
  }
  return cost;
}

/** Takes REBUILT to the plane. */
export function placeWhole(to: usize): void {
  for (let i: usize = 0; i < 16; i++) v128.store(to + i * strideY, v128.load(REBUILT + (i << 4)));
}
