/** The modes of all macroblocks, the rest of the first partition (RFC 6386, 9.11, 11 and 19.3). */
import { end, put } from "../entropy/bool";
import { above, clearAbove, clearLeft, LEFT, modesIn, setModes, setModesFrom } from "../contexts";
import { skipProbability, treeOf } from "./header";
import { across, down, records, reserve } from "../picture";
import { modesOf, Record, recordAt } from "../record";
import { writeSubmode } from "../entropy/submode";

/** The most bytes a macroblock takes: sixteen modes of up to 7 bits that cost up to 8 bits each, and some flags. */
const MOST: usize = 16 * 7 + 32;

/** Modes of whole blocks (11.2). */
const TM: i32 = 1;
const V: i32 = 2;
const H: i32 = 3;

/** Writes the modes after the header. Gives false if the partition gets longer than `limit` or there is no memory. */
export function writeModes(start: usize, limit: usize): bool {
  clearAbove();
  for (let y = 0; y < down; y++) {
    clearLeft();
    for (let x = 0; x < across; x++) {
      if (end - start > limit || !reserve(end + MOST)) return false;
      writeMacroblock(recordAt(records, y * across + x), above(x));
    }
  }
  return true;
}

function writeMacroblock(record: Record, top: usize): void {
  const high = <i32>record.segment >> 1;
  put(high, treeOf(0));
  put(<i32>record.segment & 1, treeOf(1 + high));
  put(record.skipped, skipProbability);
  if (record.bySubblock) {
    put(0, 145);
    writeSubmodes(modesOf(record), top);
    setModesFrom(top, modesOf(record));
  } else {
    put(1, 145);
    writeWholeMode(record.lumaMode);
    setModes(top, record.lumaMode);
  }
  writeChromaMode(record.chromaMode);
}

function writeSubmodes(modes: usize, top: usize): void {
  for (let b: usize = 0; b < 16; b++) {
    const over = b < 4 ? load<u8>(modesIn(top) + b) : load<u8>(modes + b - 4);
    const beside = (b & 3) == 0 ? load<u8>(modesIn(LEFT) + (b >> 2)) : load<u8>(modes + b - 1);
    writeSubmode(load<u8>(modes + b), over, beside);
  }
}

function writeWholeMode(mode: i32): void {
  const fromSide = mode == TM || mode == H;
  put(fromSide ? 1 : 0, 156);
  if (fromSide) put(mode == TM ? 1 : 0, 128);
  else put(mode == V ? 1 : 0, 163);
}

function writeChromaMode(mode: i32): void {
  put(mode == 0 ? 0 : 1, 142);
  if (mode == 0) return;
  put(mode == V ? 0 : 1, 114);
  if (mode != V) put(mode == TM ? 1 : 0, 183);
}
