/**
 * The look-up tables of DEFLATE's codes (RFC 1951 3.2.2 and 3.2.5): a first table for the next bits, and second tables
 * for longer codes.
 */

/** First-level bits of the two tables. */
const LITERAL_BITS: i32 = 11;
const DISTANCE_BITS: i32 = 9;

/**
 * A table entry: bits 0-4 the code's length, 8-12 how many extra bits follow, 16-31 the literal, the base of a length
 * or distance, or where the second table starts. 0 is a code that does not exist.
 */
export const IS_LITERAL: u32 = 32;
export const IS_END: u32 = 64;
export const IS_LINK: u32 = 128;

/** RFC 1951 3.2.5: bases and extra bits of length codes 257..285 and of distance codes 0..29. */
const LENGTH_BASE = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const LENGTH_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
const DISTANCE_BASE = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
]);
const DISTANCE_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
]);
const COUNTS = memory.data(64);
const NEXT = memory.data(64);
/** 2^11 entries and at most 143 second tables of 16; 2^9 and at most 15 of 64. */
export const LITERALS = memory.data(4 * (2048 + 144 * 16));
export const DISTANCES = memory.data(4 * (512 + 16 * 64));

/** Index masks of the second tables. */
export let literalLink: u64 = 0;
export let distanceLink: u64 = 0;

export function buildLiterals(lengths: usize, count: i32): bool {
  literalLink = 0;
  if (!buildTable(lengths, count, LITERALS, LITERAL_BITS, 0)) return false;
  literalLink = linkMask;
  return true;
}

export function buildDistances(lengths: usize, count: i32): bool {
  if (!buildTable(lengths, count, DISTANCES, DISTANCE_BITS, 1)) return false;
  distanceLink = linkMask;
  return true;
}

/** Index mask of the second tables that belong to the table built last. */
let linkMask: u64 = 0;

/** Canonical codes (RFC 1951 3.2.2) into a table; `alphabet` 0 literals and lengths, 1 distances, 2 plain symbols. */
export function buildTable(lengths: usize, count: i32, table: usize, first: i32, alphabet: i32): bool {
  memory.fill(COUNTS, 0, 64);
  for (let i = 0; i < count; i++) {
    const at = COUNTS + (<usize>load<u8>(lengths + i) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  store<i32>(COUNTS, 0);
  let code = 0;
  let longest = 0;
  for (let length = 1; length <= 15; length++) {
    const here = load<i32>(COUNTS + (length << 2));
    store<i32>(NEXT + (length << 2), code);
    code = (code + here) << 1;
    if (here > 0) longest = length;
    if (code > 2 << length) return false; // More codes than the bits allow.
  }
  const size = 1 << first;
  memory.fill(table, 0, size << 2);
  const second = max(0, longest - first);
  linkMask = (<u64>1 << <u64>second) - 1;
  let free = size;
  for (let symbol = 0; symbol < count; symbol++) {
    const length = <i32>load<u8>(lengths + symbol);
    if (length == 0) continue;
    const at = NEXT + (<usize>length << 2);
    const canonical = load<i32>(at);
    store<i32>(at, canonical + 1);
    const reversed = reverse(canonical, length);
    const entry = entryOf(symbol, alphabet) | <u32>length;
    if (length <= first) {
      for (let i = reversed; i < size; i += 1 << length) store<u32>(table + (<usize>i << 2), entry);
      continue;
    }
    const prefix = table + (<usize>(reversed & (size - 1)) << 2);
    let link = load<u32>(prefix);
    if (link == 0) {
      link = (<u32>free << 16) | IS_LINK;
      store<u32>(prefix, link);
      memory.fill(table + (<usize>free << 2), 0, 4 << second);
      free += 1 << second;
    }
    const sub = table + (<usize>(link >>> 16) << 2);
    for (let i = reversed >> first; i < 1 << second; i += 1 << (length - first)) store<u32>(sub + (<usize>i << 2), entry);
  }
  return true;
}

@inline
function entryOf(symbol: i32, alphabet: i32): u32 {
  if (alphabet == 2) return <u32>symbol << 16;
  if (alphabet == 1) {
    if (symbol > 29) return 0;
    return (<u32>load<u16>(DISTANCE_BASE + (symbol << 1)) << 16) | (<u32>load<u8>(DISTANCE_EXTRA + symbol) << 8);
  }
  if (symbol < 256) return (<u32>symbol << 16) | IS_LITERAL;
  if (symbol == 256) return IS_END;
  const length = symbol - 257;
  if (length > 28) return IS_LINK; // A code that must not be used. The entry leads nowhere.
  return (<u32>load<u16>(LENGTH_BASE + (length << 1)) << 16) | (<u32>load<u8>(LENGTH_EXTRA + length) << 8);
}

function reverse(code: i32, length: i32): i32 {
  let out = 0;
  for (let i = 0; i < length; i++) {
    out = (out << 1) | (code & 1);
    code >>= 1;
  }
  return out;
}
