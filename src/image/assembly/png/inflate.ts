/**
 * DEFLATE (RFC 1951), resumable: stops when the input window runs low or the output buffer is full, and goes on from
 * there. Bits are taken from a 64-bit buffer, least significant first; codes are looked up in a first table and, when
 * longer than that, in a second one.
 */

import {
  buildDistances,
  buildLiterals,
  buildTable,
  DISTANCES,
  distanceLink,
  IS_END,
  IS_LINK,
  IS_LITERAL,
  LITERALS,
  literalLink,
} from "./codes";

/** What `inflate` stops for. */
export const FULL: i32 = 0;
export const HUNGRY: i32 = 1;
export const ENDED: i32 = 2;
export const DAMAGED: i32 = 3;

/** RFC 1951 3.2.7: in which order the lengths of the code-length code come. */
const CODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** The code lengths that a block begins with. */
const LENGTHS = memory.data(320);

/** The input window: [at, end), padded behind `end` so that eight bytes can always be loaded. */
export let inputAt: usize = 0;
export let inputEnd: usize = 0;
export let inputLast: bool = false;
/** The output buffer: written up to `outputAt`, may be written up to `outputLimit`, starts at `outputStart`. */
export let outputAt: usize = 0;
export let outputStart: usize = 0;
export let outputLimit: usize = 0;

let bits: u64 = 0;
let bitCount: i32 = 0;
let finalBlock: bool = false;

const AT_HEADER: i32 = 0;
const IN_STORED: i32 = 1;
const IN_CODES: i32 = 2;
const AT_START: i32 = 3;
const AT_END: i32 = 4;
let mode: i32 = AT_START;
let storedLeft: i32 = 0;

/** A match is at most 258 bytes and is copied in pieces of 16. */
export const OUTPUT_MARGIN: usize = 258 + 16;
/** The longest header of a dynamic block, with room. */
const HEADER_BYTES: usize = 1024;

export function startInflate(): void {
  bits = 0;
  bitCount = 0;
  finalBlock = false;
  mode = AT_START;
}

export function setInput(at: usize, end: usize, last: bool): void {
  inputAt = at;
  inputEnd = end;
  inputLast = last;
}

export function setOutput(start: usize, at: usize, limit: usize): void {
  outputStart = start;
  outputAt = at;
  outputLimit = limit;
}

/** Inflates until the output is full, the input low, the stream ended or found damaged. */
export function inflate(): i32 {
  while (true) {
    if (mode == AT_END) return ENDED;
    if (mode == IN_CODES) {
      const stopped = inflateCodes();
      if (stopped >= 0) return stopped;
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

/** First byte of the input that no taken bit belongs to. */
@inline
function consumed(): usize {
  return inputAt - <usize>(bitCount >> 3);
}

/** At least 56 bits in the buffer; what lies beyond the end of the input is zeros. */
@inline
function refill(): void {
  bits |= load<u64>(inputAt) << <u64>bitCount;
  inputAt += <usize>((63 - bitCount) >> 3);
  bitCount |= 56;
}

@inline
function take(count: i32): u32 {
  const value = <u32>(bits & ((<u64>1 << <u64>count) - 1));
  bits >>= <u64>count;
  bitCount -= count;
  return value;
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
  inputAt = consumed();
  bits = 0;
  bitCount = 0;
  const length = <i32>load<u16>(inputAt);
  if ((length ^ 0xffff) != <i32>load<u16>(inputAt, 2)) return false;
  inputAt += 4;
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
    outputAt += count;
    inputAt += count;
    storedLeft -= count;
  }
  if (storedLeft == 0) {
    mode = AT_HEADER;
    return -1;
  }
  if (room - max(count, 0) <= 0) return FULL;
  return inputLast ? DAMAGED : HUNGRY;
}

/** RFC 1951 3.2.6. */
function buildFixed(): bool {
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  memory.fill(LENGTHS + 288, 5, 30);
  return buildLiterals(LENGTHS, 288) && buildDistances(LENGTHS + 288, 30);
}

/** RFC 1951 3.2.7: the lengths of both codes, themselves coded. */
function readDynamic(): bool {
  const literals = <i32>take(5) + 257;
  const distances = <i32>take(5) + 1;
  const codes = <i32>take(4) + 4;
  if (literals > 286 || distances > 30) return false;
  memory.fill(LENGTHS, 0, 19);
  for (let i = 0; i < codes; i++) {
    refill();
    store<u8>(LENGTHS + load<u8>(CODE_ORDER + i), take(3));
  }
  // The code-length code has at most 7 bits: the distance table's place serves it.
  if (!buildTable(LENGTHS, 19, DISTANCES, 7, 2)) return false;
  const total = literals + distances;
  let previous: u8 = 0;
  for (let i = 0; i < total; ) {
    refill();
    const entry = load<u32>(DISTANCES + (<usize>(bits & 127) << 2));
    if (entry == 0) return false;
    take(entry & 31);
    const symbol = <i32>(entry >>> 16);
    if (symbol < 16) {
      previous = <u8>symbol;
      store<u8>(LENGTHS + i++, previous);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    if (symbol > 16) previous = 0;
    const count = symbol == 16 ? <i32>take(2) + 3 : symbol == 17 ? <i32>take(3) + 3 : <i32>take(7) + 11;
    if (i + count > total) return false;
    memory.fill(LENGTHS + i, previous, count);
    i += count;
  }
  return buildLiterals(LENGTHS, literals) && buildDistances(LENGTHS + literals, distances);
}

/** The body of a block with codes. -1: the block has ended. */
function inflateCodes(): i32 {
  let at = inputAt;
  let out = outputAt;
  let bb = bits;
  let bc = bitCount;
  let stopped = -1;
  const low = inputEnd > 16 ? inputEnd - 16 : 0;
  const high = outputLimit - OUTPUT_MARGIN;
  while (true) {
    if (at > low) {
      if (!inputLast) {
        stopped = HUNGRY;
        break;
      }
      if (at - <usize>(bc >> 3) > inputEnd) {
        stopped = DAMAGED;
        break;
      }
    }
    if (out > high) {
      stopped = FULL;
      break;
    }
    bb |= load<u64>(at) << <u64>bc;
    at += <usize>((63 - bc) >> 3);
    bc |= 56;
    let entry = load<u32>(LITERALS + (<usize>(bb & 2047) << 2));
    // Up to three literals of the first table need at most 33 of the 56 bits.
    if (entry & IS_LITERAL) {
      bb >>= <u64>(entry & 31);
      bc -= <i32>(entry & 31);
      store<u8>(out++, entry >>> 16);
      entry = load<u32>(LITERALS + (<usize>(bb & 2047) << 2));
      if (entry & IS_LITERAL) {
        bb >>= <u64>(entry & 31);
        bc -= <i32>(entry & 31);
        store<u8>(out++, entry >>> 16);
        entry = load<u32>(LITERALS + (<usize>(bb & 2047) << 2));
        if (entry & IS_LITERAL) {
          bb >>= <u64>(entry & 31);
          bc -= <i32>(entry & 31);
          store<u8>(out++, entry >>> 16);
        }
      }
      continue;
    }
    if (entry & IS_LINK) entry = load<u32>(LITERALS + (<usize>((entry >>> 16) + <u32>((bb >> 11) & literalLink)) << 2));
    if (entry == 0 || entry & IS_LINK) {
      stopped = DAMAGED;
      break;
    }
    bb >>= <u64>(entry & 31);
    bc -= <i32>(entry & 31);
    if (entry & IS_LITERAL) {
      store<u8>(out++, entry >>> 16);
      continue;
    }
    if (entry & IS_END) {
      mode = AT_HEADER;
      break;
    }
    let extra = (entry >>> 8) & 31;
    let length = <usize>(entry >>> 16) + <usize>(bb & ((<u64>1 << <u64>extra) - 1));
    bb >>= <u64>extra;
    bc -= <i32>extra;
    entry = load<u32>(DISTANCES + (<usize>(bb & 511) << 2));
    if (entry & IS_LINK) entry = load<u32>(DISTANCES + (<usize>((entry >>> 16) + <u32>((bb >> 9) & distanceLink)) << 2));
    if ((entry >>> 16) == 0) {
      stopped = DAMAGED;
      break;
    }
    bb >>= <u64>(entry & 31);
    bc -= <i32>(entry & 31);
    extra = (entry >>> 8) & 31;
    const distance = <usize>(entry >>> 16) + <usize>(bb & ((<u64>1 << <u64>extra) - 1));
    bb >>= <u64>extra;
    bc -= <i32>extra;
    if (distance > out - outputStart) {
      stopped = DAMAGED;
      break;
    }
    copyMatch(out, distance, length);
    out += length;
  }
  inputAt = at;
  outputAt = out;
  bits = bb;
  bitCount = bc;
  return stopped;
}

/** Copies may overlap: what is written is read again. Up to 15 bytes too many are written; the margin is for them. */
@inline
function copyMatch(out: usize, distance: usize, length: usize): void {
  const end = out + length;
  let from = out - distance;
  if (distance >= 16) {
    do {
      v128.store(out, v128.load(from));
      out += 16;
      from += 16;
    } while (out < end);
  } else if (distance == 1) {
    const value = i8x16.splat(load<u8>(from));
    do {
      v128.store(out, value);
      out += 16;
    } while (out < end);
  } else {
    do {
      store<u8>(out++, load<u8>(from++));
    } while (out < end);
  }
}
