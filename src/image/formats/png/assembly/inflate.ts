/** DEFLATE (RFC 1951). Stops when little input is left or the output buffer is full, and can be resumed there. */
import { inflateCodes } from "./block";
import { buildFixed, readDynamic } from "./lengths";
import {
  consumed,
  DAMAGED,
  dropBits,
  ENDED,
  FULL,
  HUNGRY,
  inputAt,
  inputEnd,
  inputLast,
  moveTo,
  OUTPUT_MARGIN,
  outputAt,
  outputLimit,
  refill,
  take,
} from "./state";

let finalBlock: bool = false;

const AT_HEADER: i32 = 0;
const IN_STORED: i32 = 1;
const IN_CODES: i32 = 2;
const AT_START: i32 = 3;
const AT_END: i32 = 4;
let mode: i32 = AT_START;
let storedLeft: i32 = 0;

/** More bytes than the longest header of a dynamic block. */
const HEADER_BYTES: usize = 1024;

export function startInflate(): void {
  dropBits();
  finalBlock = false;
  mode = AT_START;
}

/** Inflates until the output is full, little input is left, or the stream ends or is damaged. */
export function inflate(): i32 {
  while (true) {
    if (mode == AT_END) return ENDED;
    if (mode == IN_CODES) {
      const stopped = inflateCodes();
      if (stopped >= 0) return stopped;
      mode = AT_HEADER;
    } else if (mode == IN_STORED) {
      const stopped = copyStored();
      if (stopped >= 0) return stopped;
    } else {
      if (!inputLast && inputAt + HEADER_BYTES > inputEnd) return HUNGRY;
      if (inputLast && consumed() >= inputEnd) return DAMAGED;
      if (mode == AT_START) {
        // RFC 1950: method 8, no preset dictionary.
        refill();
        const header = take(16);
        if ((header & 15) != 8 || (header & 0x2000) != 0) return DAMAGED;
        mode = AT_HEADER;
      }
      if (!startBlock()) return DAMAGED;
    }
  }
}

function startBlock(): bool {
  if (finalBlock) {
    mode = AT_END;
    return true;
  }
  refill();
  finalBlock = take(1) == 1;
  const kind = take(2);
  if (kind == 0) return startStored();
  mode = IN_CODES;
  if (kind == 1) return buildFixed();
  return kind == 2 && readDynamic();
}

/** RFC 1951 3.2.4: byte-aligned length and its complement. */
function startStored(): bool {
  const at = consumed();
  dropBits();
  moveTo(at, outputAt);
  const length = <i32>load<u16>(at);
  if ((length ^ 0xffff) != <i32>load<u16>(at, 2)) return false;
  moveTo(at + 4, outputAt);
  storedLeft = length;
  mode = IN_STORED;
  return true;
}

function copyStored(): i32 {
  const room = <i32>(outputLimit - outputAt) - <i32>OUTPUT_MARGIN;
  const have = inputAt < inputEnd ? <i32>(inputEnd - inputAt) : 0;
  const count = min(storedLeft, min(have, room));
  if (count > 0) {
    memory.copy(outputAt, inputAt, count);
    moveTo(inputAt + count, outputAt + count);
    storedLeft -= count;
  }
  if (storedLeft == 0) {
    mode = AT_HEADER;
    return -1;
  }
  if (room - max(count, 0) <= 0) return FULL;
  return inputLast ? DAMAGED : HUNGRY;
}
