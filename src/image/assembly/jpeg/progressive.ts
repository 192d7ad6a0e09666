/**
 * Blocks of progressive scans (ITU T.81, annex G). Coefficients of the kept corner are stored; of all coefficients of a
 * component that has refinement scans to come it is remembered which are nonzero (a bit each, `history`), because that
 * is what decides how many bits a refinement scan has for a block.
 */
import { BitReader } from "./bits";
import { extend } from "./block";
import { Component } from "./component";
import { AC, AC_PROGRESSIVE, DC, LOOKUP, PARTIAL, longEntry } from "./huffman";

/** Takes what is not kept. */
const DUMMY = memory.data(16, 16);

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

/** First scan of a band of AC coefficients. `history`: address of the block's bits. */
export function firstAc(r: BitReader, c: Component, block: usize, history: usize): void {
  const b = band();
  const last = b.last;
  const low = b.low;
  const ac = c.ac;
  let bits = r.bits;
  let count = r.count;
  let at = r.at;
  let nonzero: u64 = 0;
  let k = b.first;
  while (k <= last) {
    bits |= load<u64>(at - 7) >> <u64>count;
    at -= <usize>((63 - count) >> 3);
    count |= 56;
    let e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
    let value: i32;
    if (e & PARTIAL) {
      if ((e & 63) == 0) e = longEntry(ac, AC_PROGRESSIVE, bits);
      const size = e >>> 16;
      const run = (e >> 8) & 127;
      bits <<= <u64>(e & 63);
      count -= e & 63;
      if (size == 0) {
        if (run == 15) {
          k += 16;
          continue;
        }
        b.run = (1 << run) - 1;
        if (run) b.run += <i32>(bits >> <u64>(64 - run));
        bits <<= <u64>run;
        count -= run;
        break;
      }
      k += run;
      value = extend(bits, size);
      bits <<= <u64>size;
      count -= size;
    } else {
      bits <<= <u64>(e & 63);
      count -= e & 63;
      k += (e >> 8) & 127;
      value = e >> 16;
      if (value == 0) {
        k++;
        continue;
      }
    }
    store<i16>(place(c, block, k), value << low);
    nonzero |= <u64>1 << <u64>k;
    k++;
  }
  r.bits = bits;
  r.count = count;
  r.at = at;
  store<u64>(history, load<u64>(history) | nonzero);
}

/** All bits from k on. */
@inline
function from(k: i32): u64 {
  return k > 63 ? 0 : <u64>-1 << <u64>k;
}

/**
 * One more bit of a band of AC coefficients (G.1.2.3): each coefficient that is nonzero so far has a correction bit,
 * and between them come the newly nonzero ones with their signs.
 */
export function refineAc(r: BitReader, c: Component, block: usize, history: usize): void {
  const b = band();
  const last = b.last;
  const low = b.low;
  const kept = ~from(c.limit);
  const inBand = ~from(last + 1);
  const before = load<u64>(history) & inBand;
  const ac = c.ac;
  let nonzero: u64 = 0;
  let bits = r.bits;
  let count = r.count;
  let at = r.at;
  let run = b.run;
  let k = b.first;
  while (k <= last) {
    bits |= load<u64>(at - 7) >> <u64>count;
    at -= <usize>((63 - count) >> 3);
    count |= 56;
    // Which coefficient comes next: `next`, past the band's end if the block ends, and its value.
    let next = last + 1;
    let value = 0;
    if (run == 0) {
      let e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
      if (e & PARTIAL && (e & 63) == 0) e = longEntry(ac, AC_PROGRESSIVE, bits);
      let zeros = (e >> 8) & 127;
      bits <<= <u64>(e & 63);
      count -= e & 63;
      if (e & PARTIAL) {
        if (e >>> 16) {
          value = bits >> 63 ? 1 : -1;
          bits <<= 1;
          count--;
        } else if (zeros != 15) {
          run = 1 << zeros;
          if (zeros) run += <i32>(bits >> <u64>(64 - zeros));
          bits <<= <u64>zeros;
          count -= zeros;
        }
      } else value = e >> 16;
      if (run == 0) {
        let free = ~before & inBand & from(k);
        while (zeros-- > 0) free &= free - 1;
        if (free) next = <i32>ctz(free);
      }
    }
    // Corrections of the nonzero ones before it: those that are kept come first.
    const corrected = before & from(k) & ~from(next);
    let wanted = corrected & kept;
    while (wanted) {
      if (count <= 0) {
        bits |= load<u64>(at - 7) >> <u64>count;
        at -= <usize>((63 - count) >> 3);
        count |= 56;
      }
      if (<i64>bits < 0) {
        const to = place(c, block, <i32>ctz(wanted));
        const old = <i32>load<i16>(to);
        store<i16>(to, old + ((1 | (old >> 31)) << low));
      }
      bits <<= 1;
      count--;
      wanted &= wanted - 1;
    }
    let others = <i32>popcnt(corrected & ~kept);
    while (others > 0) {
      bits |= load<u64>(at - 7) >> <u64>count;
      at -= <usize>((63 - count) >> 3);
      count |= 56;
      const n = min(others, 32);
      bits <<= <u64>n;
      count -= n;
      others -= n;
    }
    if (value != 0 && next <= last) {
      store<i16>(place(c, block, next), value << low);
      nonzero |= <u64>1 << <u64>next;
    }
    k = next + 1;
  }
  if (run > 0) run--;
  b.run = run;
  r.bits = bits;
  r.count = count;
  r.at = at;
  if (nonzero) store<u64>(history, load<u64>(history) | nonzero);
}
