/** Macroblock rows: modes, coefficients, prediction, residue, loop filter. */
import { BoolReader, overrun, reader } from "./bits";
import { filterKind } from "./frame";
import { filterRow, noteNothing, noteStrength, startLoop } from "./loop";
import { bySubblock, chromaMode, lumaMode, readModes, segment, skipped, startModeRow, startModes, SUBMODES_OF } from "./modes";
import { band, strideOf } from "./planes";
import { predict16, predict8 } from "./predict";
import { predict4 } from "./subblock";
import { COEFFICIENTS, FIRST_ONLY, KINDS, NOTHING, readCoefficients, skipCoefficients } from "./tokens";
import { addBlock, addFirst } from "./transform";
import { borderBytes, makeGrey, nextBorder, putAway, startBorder, surround, U, V, WORK_STRIDE, Y } from "./work";

let across: i32 = 0;
let down: i32 = 0;
/** Next row. */
let row: i32 = 0;
let partitions: i32 = 1;
/** Contexts of the coefficients: 16 bytes for each macroblock above, the same to the left. */
let contexts: usize = 0;
const LEFT = memory.data(16, 16);
/** The data have ended: everything from here on is grey. */
let ended: bool = false;
let missing: i32 = 0;

/** Bytes that `startRows` needs for a picture of that many macroblocks across. */
export function scratchBytes(macroblocks: i32): i32 {
  return 24 * macroblocks + borderBytes(macroblocks);
}

/** Starts the frame whose header was read. `count` is the number of its token partitions. */
export function startRows(macroblocksAcross: i32, macroblocksDown: i32, count: i32, scratch: usize): void {
  across = macroblocksAcross;
  down = macroblocksDown;
  row = 0;
  partitions = count;
  ended = false;
  missing = 0;
  contexts = scratch;
  const length = <usize>across;
  memory.fill(contexts, 0, 16 * length);
  memory.fill(COEFFICIENTS, 0, 24 * 32);
  startModes(scratch + 16 * length, across);
  startLoop(scratch + 20 * length);
  startBorder(scratch + 24 * length, across);
}

/** How many macroblocks are grey because their data are missing. */
export function missingMacroblocks(): i32 {
  return missing;
}

/** Rows of Y that no later macroblock changes. The loop filter changes three rows before an edge. */
export function finishedRows(): i32 {
  return row == down || filterKind == 0 ? 16 * row : max(0, 16 * row - 4);
}

/** The same of U and V. */
export function finishedChromaRows(): i32 {
  return row == down || filterKind == 0 ? 8 * row : max(0, 8 * row - 4);
}

/** Makes the next row of macroblocks. False when there is none. */
export function decodeRow(): bool {
  if (row == down) return false;
  if (row > 0) nextBorder();
  startModeRow();
  memory.fill(LEFT, 0, 16);
  const tokens = reader(1 + (row & (partitions - 1)));
  const y = band(0, row);
  const u = band(1, row);
  const v = band(2, row);
  const strideY = strideOf(0);
  const strideUV = strideOf(1);
  for (let x: usize = 0; x < <usize>across; x++) {
    if (!ended) {
      surround(x);
      decodeMacroblock(x, tokens);
      ended = overrun(reader(0)) || overrun(tokens);
    } else {
      makeGrey();
      noteNothing(x);
      missing++;
    }
    putAway(x, y + 16 * x, strideY, u + 8 * x, v + 8 * x, strideUV);
  }
  filterRow(row, across);
  row++;
  return true;
}

function decodeMacroblock(x: usize, tokens: BoolReader): void {
  readModes(reader(0), <i32>x);
  const top = contexts + (x << 4);
  let any = false;
  if (skipped) skipCoefficients(!bySubblock, top, LEFT);
  else any = readCoefficients(tokens, !bySubblock, segment, top, LEFT);
  noteStrength(x, segment, bySubblock, any);
  if (bySubblock) {
    for (let i: usize = 0; i < 16; i++) {
      const to = Y + (i >> 2) * 4 * WORK_STRIDE + (i & 3) * 4;
      predict4(load<u8>(SUBMODES_OF + i), to);
      addResidue(i, to);
    }
  } else {
    predict16(lumaMode, Y, row > 0, x > 0);
    if (any) for (let i: usize = 0; i < 16; i++) addResidue(i, Y + (i >> 2) * 4 * WORK_STRIDE + (i & 3) * 4);
  }
  predict8(chromaMode, U, row > 0, x > 0);
  predict8(chromaMode, V, row > 0, x > 0);
  if (!any) return;
  for (let i: usize = 0; i < 4; i++) {
    const at = (i >> 1) * 4 * WORK_STRIDE + (i & 1) * 4;
    addResidue(16 + i, U + at);
    addResidue(20 + i, V + at);
  }
}

@inline
function addResidue(block: usize, to: usize): void {
  const kind = <i32>load<u8>(KINDS + block);
  if (kind == NOTHING) return;
  if (kind == FIRST_ONLY) addFirst(COEFFICIENTS + (block << 5), to);
  else addBlock(COEFFICIENTS + (block << 5), to);
}
