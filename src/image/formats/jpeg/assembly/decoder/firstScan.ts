/** First scans of progressive pictures (ITU T.81, G.1.2.1 and G.1.2.2). */
import { BitReader } from "./bits";
import { extend } from "./block";
import { Component } from "./component";
import { AC_PROGRESSIVE, DC, END_RUN, LOOKUP, PARTIAL, longEntry } from "./huffman";
import { NO_HISTORY, band, blockAt, drop, place, refill, rowOfBlocks } from "./progressive";

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
