/** Chroma: one mode for U and V together, 8 x 8 samples each (RFC 6386, 12.2). */
import { satdArea } from "./distortion";
import { chromaOffset, planeU, planeV, strideUV } from "./picture";
import { CHROMA_PREDICTIONS, predictChroma } from "./predict";
import { CHROMA, everyCoefficient, last, quantise, quantiserOf } from "./quantise";
import { block16, row8 } from "./rows";
import { segmentAt } from "./segments";
import { forwardDct, rebuild } from "./transform";
import { coefficientsOf, levelsOf, setLast, U } from "./work";

/** libwebp's costs of the four modes (DC TM V H), in 1/256 bit. */
const MODE_COSTS = memory.data<u16>([302, 984, 439, 642]);

/** Encodes both planes of a macroblock into themselves. Gives the mode; levels and LAST are set. */
export function encodeChroma(x: i32, y: i32, segment: i32): i32 {
  const offset = chromaOffset(x, y);
  predictChroma(0, planeU + offset, strideUV, y > 0, x > 0);
  predictChroma(1, planeV + offset, strideUV, y > 0, x > 0);
  const mode = bestMode(offset, segmentAt(segment).factor);
  encodePlane(0, planeU + offset, mode, segment);
  encodePlane(1, planeV + offset, mode, segment);
  return mode;
}

@inline
function predictionOf(plane: usize, mode: i32): usize {
  return CHROMA_PREDICTIONS + (<usize>mode << 7) + (plane << 6);
}

function bestMode(offset: usize, factor: i32): i32 {
  let best = 0;
  let least = i32.MAX_VALUE;
  for (let mode = 0; mode < 4; mode++) {
    const satd =
      satdArea(planeU + offset, strideUV, predictionOf(0, mode), 8, 8) +
      satdArea(planeV + offset, strideUV, predictionOf(1, mode), 8, 8);
    const score = satd + ((<i32>load<u16>(MODE_COSTS + (<usize>mode << 1)) * factor) >> 8);
    if (score >= least) continue;
    least = score;
    best = mode;
  }
  return best;
}

function encodePlane(plane: usize, at: usize, mode: i32, segment: i32): void {
  const quantiser = quantiserOf(segment, CHROMA);
  for (let row: usize = 0; row < 2; row++) {
    const p = at + (row << 2) * strideUV;
    const q = predictionOf(plane, mode) + (row << 5);
    const b = U + (plane << 2) + (row << 1);
    forwardDct(
      i16x8.sub(row8(p), row8(q)),
      i16x8.sub(row8(p + strideUV), row8(q + 8)),
      i16x8.sub(row8(p + 2 * strideUV), row8(q + 16)),
      i16x8.sub(row8(p + 3 * strideUV), row8(q + 24)),
      coefficientsOf(b),
      coefficientsOf(b + 1),
    );
    for (let i: usize = 0; i < 2; i++) {
      quantise(coefficientsOf(b + i), levelsOf(b + i), quantiser, everyCoefficient());
      setLast(b + i, last);
      rebuild(coefficientsOf(b + i), block16(q + (i << 2), 8), p + (i << 2), strideUV);
    }
  }
}

/** A macroblock that nobody sees: predicted by the mean, nothing coded. */
export function skipChroma(x: i32, y: i32): void {
  const offset = chromaOffset(x, y);
  predictChroma(0, planeU + offset, strideUV, y > 0, x > 0);
  predictChroma(1, planeV + offset, strideUV, y > 0, x > 0);
  for (let i: usize = 0; i < 8; i++) {
    store<u64>(planeU + offset + i * strideUV, load<u64>(predictionOf(0, 0) + (i << 3)));
    store<u64>(planeV + offset + i * strideUV, load<u64>(predictionOf(1, 0) + (i << 3)));
  }
}
