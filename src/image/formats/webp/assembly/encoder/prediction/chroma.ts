/**
 * Chroma: one mode for U and V together, 8 x 8 samples each (RFC 6386, 12.2). The quantisation error of a block's mean
 * is added to the next blocks, as in libwebp. Without that, a flat area would have the wrong colour as a whole.
 */
import { errorsIn, LEFT } from "../contexts";
import { satdArea } from "./distortion";
import { chromaOffset, planeU, planeV, strideUV } from "../picture";
import { CHROMA_PREDICTIONS, predictChroma } from "./predict";
import { CHROMA, everyCoefficient, last, quantise, quantiserOf } from "../transform/quantise";
import { block16, row8 } from "./rows";
import { segmentAt } from "../analysis/segments";
import { forwardDct, rebuild } from "../transform/transform";
import { coefficientsOf, levelsOf, setLast, U } from "../work";

/** libwebp's costs of the four modes (DC TM V H), in 1/256 bit. */
const MODE_COSTS = memory.data<u16>([302, 984, 439, 642]);

/** Sixteenths of a block's error that go to the one below and to the one on the right. */
const BELOW: i32 = 7;
const RIGHT: i32 = 8;
/** Errors of the four blocks of a plane. */
const ERRORS = memory.data(4 * 4, 4);

/** Encodes both chroma planes of a macroblock and reconstructs them in place. Sets levels and LAST. Gives the mode. */
export function encodeChroma(x: i32, y: i32, segment: i32, top: usize): i32 {
  const offset = chromaOffset(x, y);
  predictChroma(0, planeU + offset, strideUV, y > 0, x > 0);
  predictChroma(1, planeV + offset, strideUV, y > 0, x > 0);
  const mode = bestMode(offset, segmentAt(segment).factor);
  encodePlane(0, planeU + offset, mode, segment, top);
  encodePlane(1, planeV + offset, mode, segment, top);
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

function encodePlane(plane: usize, at: usize, mode: i32, segment: i32, top: usize): void {
  const prediction = predictionOf(plane, mode);
  const first = U + (plane << 2);
  for (let row: usize = 0; row < 2; row++) {
    const p = at + (row << 2) * strideUV;
    const q = prediction + (row << 5);
    const b = first + (row << 1);
    forwardDct(
      i16x8.sub(row8(p), row8(q)),
      i16x8.sub(row8(p + strideUV), row8(q + 8)),
      i16x8.sub(row8(p + 2 * strideUV), row8(q + 16)),
      i16x8.sub(row8(p + 3 * strideUV), row8(q + 24)),
      coefficientsOf(b),
      coefficientsOf(b + 1),
    );
  }
  quantisePlane(first, quantiserOf(segment, CHROMA), errorsIn(top, plane), errorsIn(LEFT, plane));
  for (let b: usize = 0; b < 4; b++) {
    const row = b >> 1 << 2;
    const column = (b & 1) << 2;
    rebuild(
      coefficientsOf(first + b),
      block16(prediction + (row << 3) + column, 8),
      at + row * strideUV + column,
      strideUV,
    );
  }
}

@inline
function errorOf(block: usize): i32 {
  return load<i32>(ERRORS + (block << 2));
}

/** Quantises the four blocks from `first` on. `above` and `left`: errors of the neighbours. They are replaced. */
function quantisePlane(first: usize, quantiser: usize, above: usize, left: usize): void {
  for (let b: usize = 0; b < 4; b++) {
    const over = b < 2 ? <i32>load<i16>(above + (b << 1)) : errorOf(b - 2);
    const beside = b & 1 ? errorOf(b - 1) : <i32>load<i16>(left + b);
    const block = coefficientsOf(first + b);
    const wanted = <i32>load<i16>(block) + ((BELOW * over + RIGHT * beside) >> 4);
    store<i16>(block, <i16>wanted);
    quantise(block, levelsOf(first + b), quantiser, everyCoefficient());
    setLast(first + b, last);
    store<i32>(ERRORS + (b << 2), wanted - <i32>load<i16>(block));
  }
  // The error of the last block goes to both neighbours.
  const aside = (3 * errorOf(3)) >> 2;
  store<i16>(left, <i16>errorOf(1));
  store<i16>(left, <i16>aside, 2);
  store<i16>(above, <i16>errorOf(2));
  store<i16>(above, <i16>(errorOf(3) - aside), 2);
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
