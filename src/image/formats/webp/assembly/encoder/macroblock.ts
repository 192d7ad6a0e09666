/** Encodes one macroblock: chooses its prediction, counts and keeps its levels, and reconstructs it in the planes. */
import { encodeChroma, skipChroma } from "./prediction/chroma";
import {
  above, chromaAbove, chromaLeft, clearAround, LEFT, modesIn, secondContext, setModes, setModesFrom, setSecond,
} from "./contexts";
import { squaredError16 } from "./prediction/distortion";
import { encodeDivided, takeDivided } from "./prediction/dividedLuma";
import { noteSteps } from "./analysis/filterStrength";
import { across, lumaOf, records, strideY } from "./picture";
import { LUMA_PREDICTIONS, predictLuma } from "./prediction/predict";
import { countBlock } from "./entropy/probabilities";
import { modesOf, Record, recordAt } from "./record";
import { scoreOf, segmentAt } from "./analysis/segments";
import { forgetSecond, keepLasts, keepLevels } from "./entropy/store";
import { bestWholeMode, encodeWhole, placeWhole, REBUILT, wholeModeCost } from "./prediction/wholeLuma";
import { CHROMA_TYPE, LAST, lastOf, levelsOf, U, Y2, Y2_TYPE, Y_AFTER_Y2, Y_WITH_DC } from "./work";

export function encodeMacroblock(x: i32, y: i32): void {
  const record = recordAt(records, y * across + x);
  const top = above(x);
  const at = lumaOf(x, y);
  predictLuma(at, strideY, y > 0, x > 0);
  if (record.invisible) {
    skip(record, at, x, y, top);
  } else {
    encodeLuma(record, at, top);
    record.chromaMode = <u8>encodeChroma(x, y, record.segment, top);
    record.skipped = hasLevels(record) ? 0 : 1;
    if (record.skipped) clearAround(top, !record.bySubblock);
    else keep(record, top);
  }
  // The samples to the right of the last macroblock are copies of its own last sample, as in libwebp.
  const end = at + 15 * strideY + 16;
  if (x == across - 1) store<u32>(end, <u32>load<u8>(end - 1) * 0x01010101);
}

function encodeLuma(record: Record, at: usize, top: usize): void {
  const segment = <i32>record.segment;
  const s = segmentAt(segment);
  const mode = bestWholeMode(at, s.factor);
  const rate = encodeWhole(at, mode, segment, top) + wholeModeCost(mode);
  const error = squaredError16(at, strideY, REBUILT);
  noteSteps(segment, error);
  const score = scoreOf(rate, s.lambdaMode, error);
  if (encodeDivided(at, segment, score, modesOf(record), top) >= 0) {
    record.bySubblock = 1;
    takeDivided();
    forgetSecond();
    setModesFrom(top, modesOf(record));
  } else {
    record.bySubblock = 0;
    record.lumaMode = <u8>mode;
    placeWhole(at);
    setModes(top, mode);
  }
}

function hasLevels(record: Record): bool {
  // With a Y2, the first level of a block of Y is not coded.
  const none = record.bySubblock ? -1 : 0;
  if (v128.any_true(i8x16.gt_s(v128.load(LAST), i8x16.splat(<i8>none)))) return true;
  // No levels in U and V: eight times -1.
  return load<u64>(LAST + U) != 0xffffffffffffffff || lastOf(Y2) >= 0;
}

function skip(record: Record, at: usize, x: i32, y: i32, top: usize): void {
  record.bySubblock = 0;
  record.lumaMode = 0;
  record.chromaMode = 0;
  record.skipped = 1;
  for (let i: usize = 0; i < 16; i++) v128.store(at + i * strideY, v128.load(LUMA_PREDICTIONS + (i << 4)));
  skipChroma(x, y);
  setModes(top, 0);
  clearAround(top, true);
}

/** Counts and keeps the levels in the order of the bitstream: Y2, Y, U, V (RFC 6386, 13). */
function keep(record: Record, top: usize): void {
  keepLasts();
  let first = 0;
  let type = Y_WITH_DC;
  if (!record.bySubblock) {
    const last = lastOf(Y2);
    countBlock(levelsOf(Y2), Y2_TYPE, 0, last, secondContext(top));
    keepLevels(Y2);
    setSecond(top, last >= 0 ? 1 : 0);
    first = 1;
    type = Y_AFTER_Y2;
  }
  for (let b: usize = 0; b < 16; b++) keepBlock(b, type, first, top + (b & 3), LEFT + (b >> 2));
  for (let b: usize = 0; b < 8; b++) keepBlock(U + b, CHROMA_TYPE, 0, chromaAbove(top, b), chromaLeft(b));
}

@inline
function keepBlock(block: usize, type: i32, first: i32, over: usize, beside: usize): void {
  const last = lastOf(block);
  countBlock(levelsOf(block), type, first, last, <i32>load<u8>(over) + <i32>load<u8>(beside));
  keepLevels(block);
  const some = last >= first ? 1 : 0;
  store<u8>(over, some);
  store<u8>(beside, some);
}
