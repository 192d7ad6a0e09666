/**
 * LZW of TIFF (TIFF 6.0, section 13), and the older form with the bits the other way round (libtiff's LZWDecodeCompat).
 * It can be stopped after any code and resumed there.
 *
 * Each code of the table has the last 1 to 8 bytes of its string, and a prefix: the code of the string before them, whose
 * length is a multiple of 8. So most strings take one store, and no earlier output is needed. The prefix of a code is
 * always a lower code, so no chain can be circular.
 */
import { dropBits, bitCount, bits, ENDED, FULL, HUNGRY, inputAt, inputEnd, inputLast, keep, outputAt, outputLimit } from "../../png/assembly/state";

const CLEAR: u32 = 256;
const END: u32 = 257;
const FIRST: u32 = 258;
const TABLE_SIZE: u32 = 4096;
const MIN_BITS: i32 = 9;
const MAX_BITS: i32 = 12;
/** No string is longer than the table. It is written in pieces of 8 bytes. */
export const LZW_MARGIN: usize = 4096 + 16;

/** Entry: the last bytes (u64), the length (u16), the prefix (u16), the first byte (u8). */
const ENTRY: usize = 16;
const LENGTH: usize = 8;
const PREFIX: usize = 10;
const FIRST_BYTE: usize = 12;
const TABLE = memory.data(65536, 16);

let codeBits: i32 = MIN_BITS;
let next: u32 = FIRST;
/** The previous code, or -1 after a clear code. */
let previous: i32 = -1;

export function startLzw(): void {
  dropBits();
  codeBits = MIN_BITS;
  next = FIRST;
  previous = -1;
  for (let root: u32 = 0; root < CLEAR; root++) {
    const entry = entryOf(root);
    store<u64>(entry, root);
    store<u16>(entry, 1, LENGTH);
    store<u16>(entry, 0, PREFIX);
    store<u8>(entry, root, FIRST_BYTE);
  }
}

/** Decodes until the output is full, input is needed, or the data end. A code that the table does not hold ends them. */
export function lzw(): i32 {
  return run(false);
}

/** The older form: the least significant bit comes first, and codes grow one code later. */
export function oldLzw(): i32 {
  return run(true);
}

@inline
function entryOf(code: u32): usize {
  return TABLE + <usize>code * ENTRY;
}

@inline
function run(old: bool): i32 {
  let at = inputAt;
  let out = outputAt;
  // MSB first: the loaded bits are the upper ones of the buffer. LSB first: the lower ones.
  let buffer = bits;
  let count = bitCount;
  const full = outputLimit - LZW_MARGIN;
  let stopped = FULL;
  while (out < full) {
    if (count < MAX_BITS) {
      if (!inputLast && at + 4 > inputEnd) {
        stopped = HUNGRY;
        break;
      }
      // Behind the last input there are zeros.
      const word = <u64>load<u32>(at);
      buffer |= old ? word << <u64>count : <u64>bswap<u32>(<u32>word) << <u64>(32 - count);
      at += 4;
      count += 32;
    }
    const code = old ? <u32>buffer & ((1 << codeBits) - 1) : <u32>(buffer >> <u64>(64 - codeBits));
    buffer = old ? buffer >> <u64>codeBits : buffer << <u64>codeBits;
    count -= codeBits;
    if (at - <usize>(count >> 3) > inputEnd || code == END) {
      stopped = ENDED;
      break;
    }
    if (code == CLEAR) {
      codeBits = MIN_BITS;
      next = FIRST;
      previous = -1;
      continue;
    }
    if (code > next || (code == next && previous < 0)) {
      stopped = ENDED;
      break;
    }
    if (previous >= 0 && next < TABLE_SIZE) {
      add(previous, load<u8>(entryOf(code == next ? <u32>previous : code), FIRST_BYTE));
      if (next >= <u32>(1 << codeBits) - (old ? 0 : 1) && codeBits < MAX_BITS) codeBits++;
    } else if (code >= next) {
      stopped = ENDED;
      break;
    }
    previous = code;
    let entry = entryOf(code);
    const length = <usize>load<u16>(entry, LENGTH);
    let to = out + ((length - 1) & ~7);
    store<u64>(to, load<u64>(entry));
    while (to > out) {
      entry = entryOf(load<u16>(entry, PREFIX));
      to -= 8;
      store<u64>(to, load<u64>(entry));
    }
    out += length;
  }
  keep(at, out, buffer, count);
  return stopped;
}

/** The next entry: the string of `code`, and `byte`. */
@inline
function add(code: u32, byte: u8): void {
  const from = entryOf(code);
  const to = entryOf(next);
  const length = <u32>load<u16>(from, LENGTH);
  const used = length & 7;
  store<u64>(to, used == 0 ? <u64>byte : load<u64>(from) | (<u64>byte << <u64>(used << 3)));
  store<u16>(to, used == 0 ? <u16>code : load<u16>(from, PREFIX), PREFIX);
  store<u16>(to, <u16>(length + 1), LENGTH);
  store<u8>(to, load<u8>(from, FIRST_BYTE), FIRST_BYTE);
  next++;
}
