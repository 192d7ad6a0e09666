/** Coefficients of a macroblock (RFC 6386, section 13). */
import { BoolReader, readBit, refill, shiftOf, splitOf } from "./bits";
import { PROBABILITIES } from "./frame";
import { quantiser } from "./quantisers";
import { inverseWalsh } from "./transform";

/** i16[16] for each of 16 blocks of Y, 4 of U and 4 of V, row by row. The transform clears a block after use. */
export const COEFFICIENTS = memory.data(24 * 32, 16);
/** What a block has: nothing, only its first coefficient, or more. */
export const KINDS = memory.data(24, 16);
export const NOTHING: i32 = 0;
export const FIRST_ONLY: i32 = 1;
export const MORE: i32 = 2;

const SECOND_ORDER = memory.data(32, 16);

/** Bytes of one kind of block and one context at PROBABILITIES. */
const KIND: usize = 8 * 48;
const CONTEXT: usize = 16;

/** Where the probabilities of coefficient 0..16 begin among those of its kind of block (RFC 6386, 13.3). */
const BANDS = memory.data<u16>([
  0, 48, 96, 144, 288, 192, 240, 288, 288, 288, 288, 288, 288, 288, 288, 336, 0,
]);
/** Byte offset of the n-th coefficient in a block (RFC 6386, 13: zigzag_scan). */
const ZIGZAG = memory.data<u8>([0, 2, 8, 16, 10, 4, 6, 12, 18, 24, 26, 20, 14, 22, 28, 30]);

/** Probabilities of the extra bits of categories 3 to 6 (RFC 6386, 13.2). A zero ends each list. */
const EXTRA = memory.data<u8>([
  173, 148, 140, 0, 0, 0, 0, 0, 0, 0, 0, 0, 176, 155, 140, 135, 0, 0, 0, 0, 0, 0, 0, 0,
  180, 157, 141, 134, 130, 0, 0, 0, 0, 0, 0, 0, 254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129, 0,
]);

/** A value of 2 or more, without its sign. */
function readLarge(r: BoolReader, p: usize): i32 {
  if (!readBit(r, load<u8>(p, 3))) {
    if (!readBit(r, load<u8>(p, 4))) return 2;
    return 3 + readBit(r, load<u8>(p, 5));
  }
  if (!readBit(r, load<u8>(p, 6))) {
    if (!readBit(r, load<u8>(p, 7))) return 5 + readBit(r, 159);
    const high = readBit(r, 165);
    return 7 + 2 * high + readBit(r, 145);
  }
  const high = readBit(r, load<u8>(p, 8));
  const category = 2 * high + readBit(r, load<u8>(p + <usize>(9 + high)));
  let value = 0;
  for (let at = EXTRA + <usize>(12 * category); load<u8>(at) != 0; at++) value = 2 * value + readBit(r, load<u8>(at));
  return value + 3 + (8 << category);
}

/**
 * Writes the dequantised coefficients of one block, from index `n` on, to `out`. Gives the index after the last one
 * that is not zero (0 when the block is empty). The reader's state is in locals, because most of the time is spent
 * here.
 */
function readBlock(r: BoolReader, kind: usize, context: i32, n: i32, first: i32, others: i32, out: usize): i32 {
  let p = kind + <usize>load<u16>(BANDS + (<usize>n << 1)) + <usize>context * CONTEXT;
  let value = r.value;
  let range = r.range;
  let count = r.count;
  let at = r.at;
  const floor = r.floor;
  let factor = n == 0 ? first : others;
  let done = n;
  while (n < 16) {
    if (count < 32) {
      value |= load<u64>(at - 8) >>> <u64>count;
      const bytes = (63 - count) >>> 3;
      count += bytes << 3;
      at = max(at - <usize>bytes, floor);
    }
    // Does the block end here?
    let split = splitOf(range, load<u8>(p));
    let cut = <u64>split << 56;
    if (value < cut) {
      const shift = shiftOf(split);
      range = split << shift;
      value <<= shift;
      count -= shift;
      break;
    }
    value -= cut;
    range -= split;
    let shift = shiftOf(range);
    range <<= shift;
    value <<= shift;
    count -= shift;
    // Zeros. The block cannot end right after a zero.
    for (;;) {
      split = splitOf(range, load<u8>(p, 1));
      cut = <u64>split << 56;
      if (value >= cut) break;
      shift = shiftOf(split);
      range = split << shift;
      value <<= shift;
      count -= shift;
      n++;
      factor = others;
      if (n == 16) break;
      p = kind + <usize>load<u16>(BANDS + (<usize>n << 1));
      if (count < 32) {
        value |= load<u64>(at - 8) >>> <u64>count;
        const bytes = (63 - count) >>> 3;
        count += bytes << 3;
        at = max(at - <usize>bytes, floor);
      }
    }
    if (n == 16) {
      // Zeros up to the block's end count as read, as in every decoder.
      done = 16;
      break;
    }
    value -= cut;
    range -= split;
    shift = shiftOf(range);
    range <<= shift;
    value <<= shift;
    count -= shift;
    const next = kind + <usize>load<u16>(BANDS + (<usize>n << 1), 2);
    // Is the value one, or more?
    let level = 1;
    split = splitOf(range, load<u8>(p, 2));
    cut = <u64>split << 56;
    if (value < cut) {
      shift = shiftOf(split);
      range = split << shift;
      value <<= shift;
      count -= shift;
      p = next + CONTEXT;
    } else {
      value -= cut;
      range -= split;
      shift = shiftOf(range);
      r.range = range << shift;
      r.value = value << shift;
      r.count = count - shift;
      r.at = at;
      level = readLarge(r, p);
      p = next + 2 * CONTEXT;
      if (r.count < 8) refill(r);
      value = r.value;
      range = r.range;
      count = r.count;
      at = r.at;
    }
    // The sign is even, so no branch could be predicted.
    split = (range + 1) >>> 1;
    cut = <u64>split << 56;
    const negative = value >= cut;
    value -= negative ? cut : 0;
    range = negative ? range - split : split;
    shift = shiftOf(range);
    range <<= shift;
    value <<= shift;
    count -= shift;
    store<i16>(out + <usize>load<u8>(ZIGZAG + <usize>n), <i16>((negative ? -level : level) * factor));
    factor = others;
    done = ++n;
  }
  r.value = value;
  r.range = range;
  r.count = count;
  r.at = at;
  return done;
}

/**
 * Reads all coefficients of a macroblock. `top` and `left` are the contexts of its neighbours: 9 bytes (4 of Y, 2 of U,
 * 2 of V, and Y2), each 1 where a block had coefficients. Gives whether there are any.
 */
export function readCoefficients(r: BoolReader, second: bool, segment: i32, top: usize, left: usize): bool {
  const q = quantiser(segment);
  let kind = PROBABILITIES + 3 * KIND;
  let first = 0;
  let any = false;
  if (second) {
    const context = <i32>load<u8>(top, 8) + <i32>load<u8>(left, 8);
    const done = readBlock(r, PROBABILITIES + KIND, context, 0, q.y2dc, q.y2ac, SECOND_ORDER);
    store<u8>(top, <u8>(done > 0), 8);
    store<u8>(left, <u8>(done > 0), 8);
    if (done > 0) inverseWalsh(SECOND_ORDER, COEFFICIENTS);
    kind = PROBABILITIES;
    first = 1;
  }
  for (let y: usize = 0; y < 4; y++) {
    let before = <i32>load<u8>(left + y);
    for (let x: usize = 0; x < 4; x++) {
      const block = (y << 2) + x;
      const out = COEFFICIENTS + (block << 5);
      const done = readBlock(r, kind, before + <i32>load<u8>(top + x), first, q.y1dc, q.y1ac, out);
      before = <i32>(done > first);
      store<u8>(top + x, before);
      const one = load<i16>(out) != 0;
      store<u8>(KINDS + block, done > 1 ? MORE : one ? FIRST_ONLY : NOTHING);
      any = any || done > 1 || one;
    }
    store<u8>(left + y, before);
  }
  for (let plane: usize = 4; plane < 8; plane += 2) {
    for (let y: usize = 0; y < 2; y++) {
      let before = <i32>load<u8>(left + plane + y);
      for (let x: usize = 0; x < 2; x++) {
        const block: usize = 8 + (plane << 1) + (y << 1) + x;
        const out = COEFFICIENTS + (block << 5);
        const done = readBlock(r, PROBABILITIES + 2 * KIND, before + <i32>load<u8>(top + plane + x), 0, q.uvdc, q.uvac, out);
        before = <i32>(done > 0);
        store<u8>(top + plane + x, before);
        const one = load<i16>(out) != 0;
        store<u8>(KINDS + block, done > 1 ? MORE : one ? FIRST_ONLY : NOTHING);
        any = any || done > 1 || one;
      }
      store<u8>(left + plane + y, before);
    }
  }
  return any;
}

/** The contexts that a skipped macroblock leaves to its neighbours. Without a Y2 block, the context of Y2 stays. */
export function skipCoefficients(second: bool, top: usize, left: usize): void {
  store<u64>(top, 0);
  store<u64>(left, 0);
  if (second) {
    store<u8>(top, 0, 8);
    store<u8>(left, 0, 8);
  }
  store<u64>(KINDS, 0);
  store<u64>(KINDS, 0, 8);
  store<u64>(KINDS, 0, 16);
}
