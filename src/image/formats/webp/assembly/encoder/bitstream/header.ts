/** The frame header at the start of the first partition (RFC 6386, 9.2 to 9.11 and 19.2). */
import { put, putNumber, putSigned } from "../entropy/bool";
import { across, down, records } from "../picture";
import { adapt } from "../entropy/probabilities";
import { recordAt } from "../record";
import { chromaAcDelta, chromaDcDelta, SEGMENTS, segmentAt } from "../analysis/segments";

const EVEN: i32 = 128;

/** Probabilities of the segments' tree (9.3) and of a macroblock with coefficients (9.11), in 1/256. */
const TREE = memory.data(4, 4);
export let skipProbability: i32 = 255;

@inline
export function treeOf(node: i32): i32 {
  return load<u8>(TREE + <usize>node);
}

/** The probability of a 0, in 1/256, if `zeros` and `ones` were counted. */
function probability(zeros: i32, ones: i32): i32 {
  const total = zeros + ones;
  return total == 0 ? 255 : <i32>((<i64>255 * zeros + total / 2) / total);
}

/** Macroblocks of each segment. */
const SIZES = memory.data(16, 16);

function sizeOf(segment: i32): i32 {
  return load<i32>(SIZES + (<usize>segment << 2));
}

function countMacroblocks(): void {
  v128.store(SIZES, i64x2.splat(0));
  const all = across * down;
  let coded = 0;
  for (let i = 0; i < all; i++) {
    const record = recordAt(records, i);
    const size = SIZES + (<usize>record.segment << 2);
    store<i32>(size, load<i32>(size) + 1);
    if (!record.skipped) coded++;
  }
  store<u8>(TREE, probability(sizeOf(0) + sizeOf(1), sizeOf(2) + sizeOf(3)));
  store<u8>(TREE, probability(sizeOf(0), sizeOf(1)), 1);
  store<u8>(TREE, probability(sizeOf(2), sizeOf(3)), 2);
  skipProbability = coded == all ? 255 : max(1, min(254, <i32>((<i64>coded * 255) / all)));
}

export function writeHeader(): void {
  countMacroblocks();
  // Colours as in BT.601, samples have to be clamped (9.2).
  put(0, EVEN);
  put(0, EVEN);
  writeSegments();
  // The normal filter with a default level, no sharpness and no deltas (9.6). Each segment has its own level.
  put(0, EVEN);
  putNumber(segmentAt(0).filter, 6);
  putNumber(0, 3);
  put(0, EVEN);
  // One partition of coefficients (9.5).
  putNumber(0, 2);
  writeQuantisers();
  // Probabilities are not kept for another frame (9.7: refresh_entropy_probs).
  put(0, EVEN);
  adapt(true);
  put(1, EVEN);
  putNumber(skipProbability, 8);
}

/** Four segments, a map of them, and absolute quantiser indices and filter levels (9.3). */
function writeSegments(): void {
  for (let flag = 0; flag < 4; flag++) put(1, EVEN);
  for (let i = 0; i < SEGMENTS; i++) putSigned(segmentAt(i).index, 7);
  for (let i = 0; i < SEGMENTS; i++) putSigned(segmentAt(i).filter, 6);
  for (let node = 0; node < 3; node++) {
    const p = treeOf(node);
    put(p == 255 ? 0 : 1, EVEN);
    if (p != 255) putNumber(p, 8);
  }
}

function writeQuantisers(): void {
  putNumber(segmentAt(0).index, 7);
  putSigned(0, 4);
  putSigned(0, 4);
  putSigned(0, 4);
  putSigned(chromaDcDelta, 4);
  putSigned(chromaAcDelta, 4);
}
