/** Canonical prefix codes: from counts of symbols to code words (RFC 9649, 3.7.2.1). */
import { putBits } from "./bits";

/**
 * A code of up to 280 symbols (256 samples and 24 lengths): the symbols' counts (u32), lengths (u8) and words (u16, the
 * first bit lowest), one table after the other.
 */
const LENGTHS_AT: usize = 280 * 4;
const WORDS_AT: usize = 280 * 4 + 280;
export const CODE_BYTES: i32 = 280 * 4 + 280 + 280 * 2;

/** Nodes of the tree, leaves first: their weights (u32), parents (u16) and depths (u8). */
const WEIGHTS = memory.data(560 * 4, 16);
const PARENTS = memory.data(560 * 2, 16);
const DEPTHS = memory.data(560, 16);
const TAKEN: u32 = 0xffffffff;

export function clearCode(code: usize): void {
  memory.fill(code, 0, CODE_BYTES);
}

@inline
export function increment(code: usize, symbol: i32): void {
  const at = code + (<usize>symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

@inline
function countOf(code: usize, symbol: i32): u32 {
  return load<u32>(code + (<usize>symbol << 2));
}

@inline
export function lengthOf(code: usize, symbol: i32): i32 {
  return load<u8>(code + <usize>symbol, LENGTHS_AT);
}

@inline
export function putSymbol(code: usize, symbol: i32): void {
  putBits(load<u16>(code + (<usize>symbol << 1), WORDS_AT), lengthOf(code, symbol));
}

/** How many symbols occur, and the last of them. */
export function usedSymbols(code: usize, symbols: i32): i32 {
  let used = 0;
  for (let i = 0; i < symbols; i++) if (countOf(code, i) > 0) used++;
  return used;
}

export function lastSymbol(code: usize, symbols: i32): i32 {
  let last = symbols - 1;
  while (last > 0 && countOf(code, last) == 0) last--;
  return last;
}

/** Weight of the node that was taken last. */
let taken: u32 = 0;

function takeLightest(nodes: i32): i32 {
  let best = 0;
  taken = TAKEN;
  for (let i = 0; i < nodes; i++) {
    const weight = load<u32>(WEIGHTS + (<usize>i << 2));
    if (weight >= taken) continue;
    taken = weight;
    best = i;
  }
  store<u32>(WEIGHTS + (<usize>best << 2), TAKEN);
  return best;
}

/** Huffman's lengths for counts shifted right by `shift`; a symbol that occurs keeps a count. Gives the longest. */
function setLengths(code: usize, symbols: i32, used: i32, shift: u32): i32 {
  for (let i = 0; i < symbols; i++) {
    const count = countOf(code, i);
    store<u32>(WEIGHTS + (<usize>i << 2), count == 0 ? TAKEN : max<u32>(1, count >> shift));
  }
  const root = symbols + used - 2;
  for (let node = symbols; node <= root; node++) {
    const a = takeLightest(node);
    const weight = taken;
    const b = takeLightest(node);
    store<u32>(WEIGHTS + (<usize>node << 2), weight + taken);
    store<u16>(PARENTS + (<usize>a << 1), <u16>node);
    store<u16>(PARENTS + (<usize>b << 1), <u16>node);
  }
  store<u8>(DEPTHS + <usize>root, 0);
  let longest = 0;
  for (let node = root - 1; node >= 0; node--) {
    if (node < symbols && countOf(code, node) == 0) continue;
    const depth = <i32>load<u8>(DEPTHS + <usize>load<u16>(PARENTS + (<usize>node << 1))) + 1;
    store<u8>(DEPTHS + <usize>node, <u8>depth);
    if (node >= symbols) continue;
    store<u8>(code + <usize>node, <u8>depth, LENGTHS_AT);
    longest = max(longest, depth);
  }
  return longest;
}

/** Makes the code words of a code whose symbols are counted, none longer than `most` bits. One symbol takes no bits. */
export function makeCode(code: usize, symbols: i32, most: i32): void {
  const used = usedSymbols(code, symbols);
  if (used < 2) return;
  for (let shift: u32 = 0; setLengths(code, symbols, used, shift) > most; ) shift++;
  let word: u32 = 0;
  for (let length = 1; length <= most; length++) {
    word <<= 1;
    for (let i = 0; i < symbols; i++) {
      if (lengthOf(code, i) != length) continue;
      store<u16>(code + (<usize>i << 1), <u16>reversed(word, length), WORDS_AT);
      word++;
    }
  }
}

function reversed(word: u32, bits: i32): u32 {
  let result: u32 = 0;
  for (let i = 0; i < bits; i++) result |= ((word >>> <u32>i) & 1) << <u32>(bits - 1 - i);
  return result;
}
