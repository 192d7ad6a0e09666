/**
 * Up to four segments of macroblocks that are about as easy to compress, and how each is quantised (RFC 6386, 9.3 and
 * 9.6). Easy ones, where the eye sees errors, get finer quantisers: libwebp's spatial noise shaping.
 */
import { AC, DC } from "../../decoder/quantisers";
import { CHROMA, LUMA, SECOND, setQuantiser } from "../transform/quantise";

export const SEGMENTS: i32 = 4;
/** libwebp's sns_strength in 1/100. Its default is 50. */
const NOISE_SHAPING: i32 = 54;
/**
 * Added to the index of the chroma quantiser. libwebp tries two predictions of chroma in its analysis and finds chroma
 * easier than we do with one prediction. This makes up for it.
 */
const COARSER_CHROMA: i32 = 2;

@unmanaged
export class Segment {
  /** Mean ease of its macroblocks, 0..255. */
  centre: i32;
  /** Quantiser index 0..127 and loop filter strength 0..63. */
  index: i32;
  filter: i32;
  /** Ease compared with the mean of the picture (-127..127), and with the hardest segment (0..255). */
  relative: i32;
  beyond: i32;
  /** The factor of luma's coefficients. It weighs the cost of a mode against SATD. */
  factor: i32;
  /** Lagrange multipliers, see `scoreOf`: among the modes of a subblock, and between whole and divided luma. */
  lambdaSubblock: i32;
  lambdaMode: i32;
}

const SEGMENT_BYTES: usize = 32;
const ALL = memory.data(4 * 32, 16);

@inline
export function segmentAt(index: i32): Segment {
  return changetype<Segment>(ALL + <usize>index * SEGMENT_BYTES);
}

/** Deltas of the chroma quantisers' indices (9.6). */
export let chromaDcDelta: i32 = 0;
export let chromaAcDelta: i32 = 0;

@inline
function clamp(value: i32, least: i32, most: i32): i32 {
  return max(least, min(most, value));
}

@inline
function ac(index: i32): i32 {
  return load<u16>(AC + (<usize>clamp(index, 0, 127) << 1));
}

@inline
function dc(index: i32, most: i32): i32 {
  return load<u8>(DC + <usize>clamp(index, 0, most));
}

/**
 * The score that is minimised. `rate` is in 1/256 bit, `lambda` in 1/16, `error` is the squared error of the samples.
 */
@inline
export function scoreOf(rate: i32, lambda: i64, error: i32): i64 {
  return <i64>rate * lambda + (16 * 256) * <i64>error;
}

/** Fills `relative` and `beyond` of each segment. `mean`: mean ease of the picture's macroblocks. */
export function compareSegments(mean: i32): void {
  let least = 255;
  let most = 0;
  for (let i = 0; i < SEGMENTS; i++) {
    least = min(least, segmentAt(i).centre);
    most = max(most, segmentAt(i).centre);
  }
  const spread = max(1, most - least);
  for (let i = 0; i < SEGMENTS; i++) {
    const s = segmentAt(i);
    s.relative = clamp((255 * (s.centre - mean)) / spread, -127, 127);
    s.beyond = clamp((255 * (s.centre - least)) / spread, 0, 255);
  }
}

/** Quantisers for a quality of 0..100 as libwebp means it. `chromaEase`: of the whole picture, about 30..100. */
export function setQuantisers(quality: i32, chromaEase: i32): void {
  const share = <f64>quality / 100;
  const linear = share < 0.75 ? share * (2.0 / 3.0) : 2 * share - 1;
  const base = Math.pow(linear, 1.0 / 3.0);
  chromaAcDelta = clamp((((chromaEase - 64) * 10) / 70) * NOISE_SHAPING / 100, -4, 6) + COARSER_CHROMA;
  chromaDcDelta = clamp((-4 * NOISE_SHAPING) / 100, -15, 15);
  for (let i = 0; i < SEGMENTS; i++) {
    const s = segmentAt(i);
    const exponent = 1 - (0.9 * <f64>NOISE_SHAPING / 100 / 128) * <f64>s.relative;
    s.index = clamp(<i32>(127 * (1 - Math.pow(base, exponent))), 0, 127);
    const mean = setQuantiser(i, LUMA, dc(s.index, 127), ac(s.index));
    setQuantiser(i, SECOND, 2 * dc(s.index, 127), max(8, (ac(s.index) * 155) / 100));
    setQuantiser(i, CHROMA, dc(s.index + chromaDcDelta, 117), ac(s.index + chromaAcDelta));
    s.factor = ac(s.index);
    s.lambdaSubblock = max(1, (3 * mean * mean) >> 4);
    s.lambdaMode = max(1, (3 * mean * mean) >> 5);
  }
}
