/**
 * Blocks of progressive scans (ITU T.81, annex G). Coefficients of the kept corner are stored; of all coefficients of a
 * component that has refinement scans to come it is remembered which are nonzero (a bit each, `history`), because that
 * is what decides how many bits a refinement scan has for a block.
 */
import { BitReader } from "./bits";
import { extend } from "./block";
import { Component } from "./component";
import { AC_PROGRESSIVE, DC, END_RUN, LOOKUP, PARTIAL, longEntry } from "./huffman";

/** Takes what is not kept; blocks that are not wanted; and the history of components without one. */
const DUMMY = memory.data(16, 16);
export const SCRATCH = memory.data(128 + 16, 16);
const NO_HISTORY = memory.data(16, 16);

/** Band and bit position of the scan at hand, and the blocks still to go of a run of ends (G.1.2.2). */
@unmanaged
export class Band {
  first: i32;
  last: i32;
  low: i32;
  run: i32;
}

const BAND = memory.data(16, 16);
@inline
export function band(): Band {
  return changetype<Band>(BAND);
}

/** Where coefficient k of the block is kept; a place that is never read if it is not. */
@inline
function place(c: Component, block: usize, k: i32): usize {
  const at = <usize>load<u8>(c.positions + <usize>k);
  return select<usize>(block + at, DUMMY, at < <usize>(c.size * c.size * 2));
}

@inline
function refill(r: BitReader): void {
  r.bits |= load<u64>(r.at - 7) >> <u64>r.count;
  r.at -= <usize>((63 - r.count) >> 3);
  r.count |= 56;
}

@inline
function drop(r: BitReader, n: i32): void {
  r.bits <<= <u64>n;
  r.count -= n;
}

/** First scan of the DC coefficients (G.1.2.1). */
export function firstDc(r: BitReader, c: Component, block: usize): void {
  refill(r);
  let e = load<i32>(c.dc + (<usize>(r.bits >> (64 - LOOKUP)) << 2));
  if (e & PARTIAL) {
    if ((e & 63) == 0) e = longEntry(c.dc, DC, r.bits);
    const size = e >>> 16;
    drop(r, e & 63);
    if (size) c.predictor += extend(r.bits, size);
    drop(r, size);
  } else {
    drop(r, e & 63);
    c.predictor += e >> 16;
  }
  store<i16>(block, c.predictor << band().low);
}

/** One more bit of a DC coefficient. */
export function refineDc(r: BitReader, block: usize): void {
  refill(r);
  const bit = <i32>(r.bits >> 63) << band().low;
  drop(r, 1);
  store<i16>(block, load<i16>(block) | <i16>bit);
}

/** Bytes of a kept block. */
@inline
function blockBytes(c: Component): usize {
  return <usize>(c.size * c.size * 2);
}

/** Address of block 0 of a row of stored blocks; what is not wanted of the row is found by `blockAt`. */
@inline
function rowOfBlocks(c: Component, row: i32): usize {
  return c.coefficients + <usize>((row - c.top) * (c.right - c.left) - c.left) * blockBytes(c);
}

@inline
function blockAt(c: Component, blocks: usize, row: i32, column: i32): usize {
  const wanted = row >= c.top && row < c.bottom && column >= c.left && column < c.right;
  return wanted ? blocks + <usize>column * blockBytes(c) : SCRATCH;
}

/** First scan of a band of AC coefficients (G.1.2.2): `n` blocks of a row. */
export function firstAc(r: BitReader, c: Component, row: i32, column: i32, n: i32): void {
  const b = band();
  const first = b.first;
  const last = b.last;
  const low = b.low;
  const ac = c.ac;
  const blocks = rowOfBlocks(c, row);
  const step: usize = c.history ? 8 : 0;
  let history = c.history ? c.history + (<usize>(row * c.blocksAcross + column) << 3) : NO_HISTORY;
  let bits = r.bits;
  let count = r.count;
  let at = r.at;
  let run = b.run;
  for (const end = column + n; column < end; column++, history += step) {
    if (run > 0) {
      run--;
      continue;
    }
    const block = blockAt(c, blocks, row, column);
    let nonzero: u64 = 0;
    let k = first;
    while (k <= last) {
      bits |= load<u64>(at - 7) >> <u64>count;
      at -= <usize>((63 - count) >> 3);
      count |= 56;
      let e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
      let value = e >> 16;
      if (e & PARTIAL) {
        if ((e & 63) == 0) e = longEntry(ac, AC_PROGRESSIVE, bits);
        const size = e >>> 16;
        const zeros = (e >> 8) & 127;
        bits <<= <u64>(e & 63);
        count -= e & 63;
        if (size == 0 && zeros != 15) {
          if (zeros == END_RUN) break;
          run = (1 << zeros) - 1 + <i32>(bits >> <u64>(64 - zeros));
          bits <<= <u64>zeros;
          count -= zeros;
          break;
        }
        k += zeros;
        value = 0;
        if (size) value = extend(bits, size);
        bits <<= <u64>size;
        count -= size;
      } else {
        bits <<= <u64>(e & 63);
        count -= e & 63;
        k += (e >> 8) & 127;
      }
      if (value != 0) {
        store<i16>(place(c, block, k), value << low);
        nonzero |= <u64>1 << <u64>k;
      }
      k++;
    }
    store<u64>(history, load<u64>(history) | nonzero);
  }
  r.bits = bits;
  r.count = count;
  r.at = at;
  b.run = run;
}

/** All bits from k on. */
@inline
function from(k: i32): u64 {
  return k > 63 ? 0 : <u64>-1 << <u64>k;
}

/**
 * One more bit of a band of AC coefficients (G.1.2.3), `n` blocks of a row: each coefficient that is nonzero so far has
 * a correction bit, and between them come the newly nonzero ones with their signs.
 */
export function refineAc(r: BitReader, c: Component, row: i32, column: i32, n: i32): void {
  const b = band();
  const first = b.first;
  const last = b.last;
  const low = b.low;
  const kept = ~from(c.limit);
  const inBand = from(first) & ~from(last + 1);
  const ac = c.ac;
  const blocks = rowOfBlocks(c, row);
  let history = c.history + (<usize>(row * c.blocksAcross + column) << 3);
  let bits = r.bits;
  let count = r.count;
  let at = r.at;
  let run = b.run;
  for (const end = column + n; column < end; column++, history += 8) {
    const before = load<u64>(history) & inBand;
    if (run > 0 && before == 0) {
      run--;
      continue;
    }
    const block = blockAt(c, blocks, row, column);
    let nonzero: u64 = 0;
    let corrections: u64 = 0;
    // The coefficients of the band that have not been passed yet, a bit each.
    let ahead = inBand;
    while (ahead) {
      bits |= load<u64>(at - 7) >> <u64>count;
      at -= <usize>((63 - count) >> 3);
      count |= 56;
      // The coefficient that comes next (none if the block ends) and its value.
      let next: u64 = 0;
      let value = 0;
      if (run == 0) {
        let e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
        value = e >> 16;
        bits <<= <u64>(e & 63);
        count -= e & 63;
        if (e & PARTIAL) {
          if ((e & 63) == 0) {
            e = longEntry(ac, AC_PROGRESSIVE, bits);
            bits <<= <u64>(e & 63);
            count -= e & 63;
          }
          value = 0;
          const zeros = (e >> 8) & 127;
          if (e >>> 16) {
            value = bits >> 63 ? 1 : -1;
            bits <<= 1;
            count--;
          } else if (zeros < 15) {
            run = (1 << zeros) + <i32>(bits >> <u64>(64 - zeros));
            bits <<= <u64>zeros;
            count -= zeros;
            bits |= load<u64>(at - 7) >> <u64>count;
            at -= <usize>((63 - count) >> 3);
            count |= 56;
          }
        }
        let zeros = (e >> 8) & 127;
        if (run == 0 && zeros < END_RUN) {
          let free = ~before & ahead;
          for (; zeros > 0; zeros--) free &= free - 1;
          next = free & (0 - free);
        }
      }
      // Bits for the nonzero ones before it.
      let n = <u64>popcnt(before & ahead & (next - 1));
      if (n > 32) {
        corrections = (corrections << 32) | (bits >> 32);
        bits <<= 32;
        bits |= load<u64>(at - 7) >> <u64>(count - 32);
        at -= <usize>((95 - count) >> 3);
        count = (count - 32) | 56;
        n -= 32;
      }
      corrections = (corrections << n) | ((bits >> 1) >> (63 - n));
      bits <<= n;
      count -= <i32>n;
      if (value != 0 && next != 0) {
        store<i16>(place(c, block, <i32>ctz(next)), value << low);
        nonzero |= next;
      }
      ahead &= ~(next | (next - 1));
    }
    if (run > 0) run--;
    store<u64>(history, load<u64>(history) | nonzero);
    // Every coefficient that was nonzero has had its bit, the lowest first; only kept ones matter.
    let which = before & kept;
    corrections <<= (64 - <u64>popcnt(before)) & 63;
    for (; which; which &= which - 1, corrections <<= 1) {
      const to = place(c, block, <i32>ctz(which));
      const old = <i32>load<i16>(to);
      const step = (1 | (old >> 31)) << low;
      store<i16>(to, old + (step & <i32>(<i64>corrections >> 63)));
    }
  }
  b.run = run;
  r.bits = bits;
  r.count = count;
  r.at = at;
}
