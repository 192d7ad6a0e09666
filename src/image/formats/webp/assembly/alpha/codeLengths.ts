/** Writes a prefix code as its code lengths, which have a prefix code of their own (RFC 9649, 3.7.2.1). */
import { putBits } from "./bits";
import { clearCode, increment, lastSymbol, lengthOf, makeCode, putSymbol, usedSymbols } from "./prefixCode";

/**
 * Codes of lengths: 0..15 themselves, 16 repeats the one before 3 to 6 times, 17 and 18 are 3 to 10 and 11 to 138
 * zeros.
 */
const LENGTH_CODES: i32 = 19;
const REPEAT: i32 = 16;
const FEW_ZEROS: i32 = 17;
const MANY_ZEROS: i32 = 18;
const LONGEST: i32 = 7;
/** The order in which the lengths of that code are written. */
const ORDER = memory.data<u8>([17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const CODE = memory.data(280 * 4 + 280 + 280 * 2, 16);
/** The lengths as such codes: the code, and what its extra bits say. */
const RUNS = memory.data(280 * 2, 16);
let runs: i32 = 0;

function add(code: i32, extra: i32): void {
  store<u8>(RUNS + (<usize>runs << 1), <u8>code);
  store<u8>(RUNS + (<usize>runs << 1), <u8>extra, 1);
  runs++;
  increment(CODE, code);
}

function addZeros(count: i32): void {
  while (count >= 3) {
    const some = min(138, count);
    if (some > 10) add(MANY_ZEROS, some - 11);
    else add(FEW_ZEROS, some - 3);
    count -= some;
  }
  while (count-- > 0) add(0, 0);
}

function addLengths(length: i32, count: i32): void {
  add(length, 0);
  count--;
  while (count >= 3) {
    const some = min(6, count);
    add(REPEAT, some - 3);
    count -= some;
  }
  while (count-- > 0) add(length, 0);
}

/** Writes a code with one symbol at most. Its symbol has to be below 256 and takes no bits in the data. */
function tellOne(symbol: i32): void {
  putBits(1, 1);
  putBits(0, 1);
  putBits(symbol > 1 ? 1 : 0, 1);
  putBits(symbol, symbol > 1 ? 8 : 1);
}

/** Writes the code lengths of a code. */
export function tellCode(code: usize, symbols: i32): void {
  if (usedSymbols(code, symbols) < 2) return tellOne(lastSymbol(code, symbols));
  clearCode(CODE);
  runs = 0;
  for (let i = 0; i < symbols; ) {
    const length = lengthOf(code, i);
    let next = i + 1;
    while (next < symbols && lengthOf(code, next) == length) next++;
    if (length == 0) addZeros(next - i);
    else addLengths(length, next - i);
    i = next;
  }
  makeCode(CODE, LENGTH_CODES, LONGEST);
  const alone = usedSymbols(CODE, LENGTH_CODES) == 1 ? lastSymbol(CODE, LENGTH_CODES) : -1;
  let told = LENGTH_CODES;
  while (told > 4 && toldLength(told - 1, alone) == 0) told--;
  putBits(0, 1);
  putBits(told - 4, 4);
  for (let i = 0; i < told; i++) putBits(toldLength(i, alone), 3);
  // The lengths of all symbols follow.
  putBits(0, 1);
  for (let i: usize = 0; i < <usize>runs; i++) {
    const symbol = <i32>load<u8>(RUNS + (i << 1));
    putSymbol(CODE, symbol);
    if (symbol >= REPEAT) putBits(load<u8>(RUNS + (i << 1), 1), symbol == REPEAT ? 2 : symbol == FEW_ZEROS ? 3 : 7);
  }
}

/** A single symbol is written with a length of 1 and takes no bits. */
function toldLength(place: i32, alone: i32): i32 {
  const symbol = <i32>load<u8>(ORDER + <usize>place);
  return symbol == alone ? 1 : lengthOf(CODE, symbol);
}
