/** Data that are not compressed, and PackBits (TIFF 6.0, section 9). Both can be stopped and resumed. */
import { ENDED, FULL, HUNGRY, inputAt, inputEnd, inputLast, moveTo, outputAt, outputLimit } from "../../png/assembly/state";

/** A run has at most 128 bytes. */
const MOST: usize = 128;

export function copyBytes(): i32 {
  const have = inputEnd > inputAt ? inputEnd - inputAt : 0;
  const count = min(have, outputLimit - outputAt);
  memory.copy(outputAt, inputAt, count);
  moveTo(inputAt + count, outputAt + count);
  if (outputAt == outputLimit) return FULL;
  return inputLast ? ENDED : HUNGRY;
}

export function packBits(): i32 {
  let at = inputAt;
  let out = outputAt;
  let stopped = FULL;
  while (out + MOST <= outputLimit) {
    if (at >= inputEnd || (!inputLast && at + 1 + MOST > inputEnd)) {
      stopped = inputLast ? ENDED : HUNGRY;
      break;
    }
    const code = <i32>load<i8>(at);
    at++;
    if (code >= 0) {
      const count = min<usize>(<usize>code + 1, inputEnd - at);
      memory.copy(out, at, count);
      at += count;
      out += count;
    } else if (code != -128 && at < inputEnd) {
      memory.fill(out, load<u8>(at), 1 - code);
      at++;
      out += <usize>(1 - code);
    }
  }
  moveTo(at, out);
  return stopped;
}
