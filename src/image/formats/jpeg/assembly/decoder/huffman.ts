/**
 * Huffman tables (ITU T.81, C.2 and F.2.2.3). One look-up gives a code and the value after it.
 *
 * A table has `1 << LOOKUP` entries, then the bounds of the long codes. An entry, from the low bits up:
 *   0..5   bits to drop
 *   7      PARTIAL: the entry has only the code, and the value's bits follow. With 0 bits to drop: the code is longer
 *   8..14  zero coefficients before this one; 64 at the end of the block
 *   16..31 the value, signed; in a PARTIAL entry its size in bits
 */
export const LOOKUP: i32 = 10;
export const PARTIAL: i32 = 0x80;
export const END_RUN: i32 = 64;
const BOUNDS: usize = 4 << <usize>LOOKUP;
const OFFSETS: usize = BOUNDS + 80;
const VALUES: usize = OFFSETS + 80;

/** Bits of the skip table's index. */
export const SKIP_LOOKUP: i32 = 13;

/** Bytes of a table. */
export function tableBytes(): i32 {
  return <i32>VALUES + 256;
}

/** Bytes of a skip table. */
export function skipTableBytes(): i32 {
  return 4 << SKIP_LOOKUP;
}

/** What the run in a symbol means. */
export const DC: i32 = 0;
export const AC: i32 = 1;
/** AC of progressive scans: RRRR from 1 to 14 with size 0 is a run of finished blocks (G.1.2.2). */
export const AC_PROGRESSIVE: i32 = 2;

@inline
function sizeOf(kind: i32, symbol: i32): i32 {
  return kind == DC ? min(symbol, 15) : symbol & 15;
}

@inline
function runOf(kind: i32, symbol: i32): i32 {
  if (kind == DC) return 0;
  const run = symbol >> 4;
  if ((symbol & 15) != 0 || run == 15) return run;
  return kind == AC || run == 0 ? END_RUN : run;
}

/** The entry for `window` (LOOKUP bits), which begins with the code of `symbol`. The code has `length` bits. */
function entry(kind: i32, symbol: i32, length: i32, window: i32): i32 {
  const size = sizeOf(kind, symbol);
  const run = runOf(kind, symbol);
  const blockRun = kind == AC_PROGRESSIVE && size == 0 && run < 15;
  if (length + size > LOOKUP || blockRun) return (size << 16) | (run << 8) | PARTIAL | length;
  let value = 0;
  if (size) {
    const bits = (window >> (LOOKUP - length - size)) & ((1 << size) - 1);
    value = bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  }
  return (value << 16) | (run << 8) | (length + size);
}

/**
 * Builds a table at `table` from BITS (16 counts) and HUFFVAL as they are in a DHT segment (B.2.4.2).
 * Gives false if there are more codes of a length than can exist.
 */
export function buildTable(table: usize, kind: i32, counts: usize, symbols: usize): bool {
  for (let i = 0; i < 1 << LOOKUP; i++) store<i32>(table + (<usize>i << 2), PARTIAL);
  memory.copy(table + VALUES, symbols, 256);
  let code = 0;
  let k = 0;
  for (let length = 1; length <= 16; length++) {
    const at = <usize>length << 2;
    store<i32>(table + OFFSETS + at, k - code);
    const n = <i32>load<u8>(counts + <usize>(length - 1));
    if (code + n > 1 << length || k + n > 256) return false;
    for (let i = 0; i < n; i++, k++, code++) {
      if (length > LOOKUP) continue;
      const symbol = <i32>load<u8>(symbols + <usize>k);
      const spare = LOOKUP - length;
      for (let w = code << spare; w < (code + 1) << spare; w++) {
        store<i32>(table + (<usize>w << 2), entry(kind, symbol, length, w));
      }
    }
    store<i32>(table + BOUNDS + at, code << (16 - length));
    code <<= 1;
  }
  return true;
}

/**
 * The code at the top of `bits` if it is longer than LOOKUP: length << 8 | symbol. No code counts as symbol 0 of 16
 * bits.
 */
export function longCode(table: usize, bits: u64): i32 {
  const window = <i32>(bits >> 48);
  for (let length = LOOKUP + 1; length <= 16; length++) {
    const at = <usize>length << 2;
    if (window < load<i32>(table + BOUNDS + at)) {
      const index = (window >> (16 - length)) + load<i32>(table + OFFSETS + at);
      return (length << 8) | <i32>load<u8>(table + VALUES + <usize>(index & 255));
    }
  }
  return 16 << 8;
}

/** The same result as an entry, PARTIAL. */
export function longEntry(table: usize, kind: i32, bits: u64): i32 {
  const found = longCode(table, bits);
  const symbol = found & 255;
  return (sizeOf(kind, symbol) << 16) | (runOf(kind, symbol) << 8) | PARTIAL | (found >> 8);
}

/**
 * Builds the table that skips AC coefficients that are not kept, several in one step. An entry describes all complete
 * codes and values in the next SKIP_LOOKUP bits, up to an end of block. From the low bits up:
 *   0..7 bits to drop, 8..15 coefficients skipped, 16..23 the same plus 1 if the block ends, 24..31 steps of the index.
 * 0 means that not even one is complete.
 */
export function buildSkipTable(skip: usize, table: usize): void {
  for (let window = 0; window < 1 << SKIP_LOOKUP; window++) {
    let used = 0;
    let passed = 0;
    let ended = 0;
    for (;;) {
      const bits = <u64>window << (64 - SKIP_LOOKUP + used);
      const found = load<i32>(table + (<usize>(bits >> (64 - LOOKUP)) << 2));
      const length = (found & 63) + (found & PARTIAL ? found >>> 16 : 0);
      if ((found & 63) == 0 || used + length > SKIP_LOOKUP) break;
      const run = (found >> 8) & 127;
      used += length;
      if (run == END_RUN) {
        ended = 1;
        break;
      }
      passed += run + 1;
    }
    const jump = ended ? 64 : passed;
    store<u32>(skip + (<usize>window << 2), used ? used | (passed << 8) | ((passed + ended) << 16) | (jump << 24) : 0);
  }
}
