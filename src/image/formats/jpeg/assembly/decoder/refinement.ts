/** Refinement scans of progressive pictures (ITU T.81, G.1.2.3): each adds one bit to the coefficients. */
import { BitReader } from "./bits";
import { Component } from "./component";
import { AC_PROGRESSIVE, END_RUN, LOOKUP, PARTIAL, longEntry } from "./huffman";
import { band, blockAt, drop, place, refill, rowOfBlocks } from "./progressive";

/** One more bit of a DC coefficient. */
export function refineDc(r: BitReader, block: usize): void {
  refill(r);
  const bit = <i32>(r.bits >> 63) << band().low;
  drop(r, 1);
  store<i16>(block, load<i16>(block) | <i16>bit);
}

/** All bits from k on. */
@inline
function from(k: i32): u64 {
  return k > 63 ? 0 : <u64>-1 << <u64>k;
}

/**
 * One more bit of a band of AC coefficients (G.1.2.3), for `n` blocks of a row. Each coefficient that is nonzero
 * already has a correction bit. Between these bits come the coefficients that become nonzero, with their signs.
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
    // A bit for each coefficient of the band that is still to come.
    let ahead = inBand;
    while (ahead) {
      bits |= load<u64>(at - 7) >> <u64>count;
      at -= <usize>((63 - count) >> 3);
      count |= 56;
      // The next coefficient that becomes nonzero (none if the block ends), and its value.
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
      // The correction bits of the nonzero coefficients before it.
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
    // Every nonzero coefficient has its bit now, the lowest one first. Only kept ones matter.
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
