/** The second partition: all levels as tokens (RFC 6386, 9.5 and section 13). */
import { end, finishCoder, startCoder } from "../entropy/bool";
import { above, chromaAbove, chromaLeft, clearAbove, clearAround, clearLeft, LEFT, secondContext, setSecond } from "../contexts";
import { across, down, records, reserve } from "../picture";
import { Record, recordAt } from "../record";
import { startStore, takeLasts } from "../entropy/store";
import { addBlock, flushTokens } from "../entropy/tokens";
import { CHROMA_TYPE, lastOf, U, Y2, Y2_TYPE, Y_AFTER_Y2, Y_WITH_DC } from "../work";

/** The most a macroblock takes: 400 levels of 18 tokens, a token at most 8 bits. */
const MOST: usize = 400 * 18 + 16;

/** Writes the partition at `at`. False when there is not enough memory. */
export function writeCoefficients(at: usize): bool {
  startCoder(at);
  startStore();
  clearAbove();
  for (let y = 0; y < down; y++) {
    clearLeft();
    for (let x = 0; x < across; x++) {
      const record = recordAt(records, y * across + x);
      if (record.skipped) {
        clearAround(above(x), !record.bySubblock);
        continue;
      }
      if (!reserve(end + MOST)) return false;
      writeMacroblock(record, above(x));
    }
  }
  finishCoder();
  return true;
}

function writeMacroblock(record: Record, top: usize): void {
  takeLasts();
  let first = 0;
  let type = Y_WITH_DC;
  if (!record.bySubblock) {
    const last = lastOf(Y2);
    addBlock(Y2_TYPE, 0, last, secondContext(top));
    setSecond(top, last >= 0 ? 1 : 0);
    first = 1;
    type = Y_AFTER_Y2;
  }
  for (let b: usize = 0; b < 16; b++) writeBlock(b, type, first, top + (b & 3), LEFT + (b >> 2));
  for (let b: usize = 0; b < 8; b++) writeBlock(U + b, CHROMA_TYPE, 0, chromaAbove(top, b), chromaLeft(b));
  flushTokens();
}

@inline
function writeBlock(block: usize, type: i32, first: i32, over: usize, beside: usize): void {
  const last = lastOf(block);
  addBlock(type, first, last, <i32>load<u8>(over) + <i32>load<u8>(beside));
  const some = last >= first ? 1 : 0;
  store<u8>(over, some);
  store<u8>(beside, some);
}
