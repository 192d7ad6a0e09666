/**
 * The levels of all macroblocks that have any, kept until the probabilities are known: 25 bytes with the last place of
 * each block, then each block's levels up to there, one byte each. A level that needs more is ESCAPE and two bytes.
 */
import { free, reserve } from "../picture";
import { LAST, lastOf, levelsOf, setLast, Y2 } from "../work";

const LASTS: usize = 25;
/** The most a macroblock takes: 25 blocks of 16 levels of three bytes. */
const MOST: usize = 25 + 25 * 16 * 3 + 16;
const ESCAPE: i32 = -128;

/** Where the next macroblock is written, and then where the next one is read. */
export let next: usize = 0;

export function startStore(): void {
  next = free;
}

/** False when there is no memory for another macroblock. */
export function roomForMacroblock(): bool {
  return reserve(next + MOST);
}

export function keepLasts(): void {
  v128.store(next, v128.load(LAST));
  v128.store(next + 16, v128.load(LAST, 16));
  next += LASTS;
}

/** Keeps the levels of a block, in zigzag order. */
@inline
export function keepLevels(block: usize): void {
  const last = lastOf(block);
  if (last < 0) return;
  const low = v128.load(levelsOf(block));
  const high = v128.load(levelsOf(block), 16);
  const large = i16x8.gt_s(v128.or(i16x8.abs(low), i16x8.abs(high)), i16x8.splat(127));
  if (v128.any_true(large)) return keepLarge(block, last);
  v128.store(next, i8x16.narrow_i16x8_s(low, high));
  next += <usize>last + 1;
}

function keepLarge(block: usize, last: i32): void {
  for (let place: usize = 0; place <= <usize>last; place++) {
    const level = <i32>load<i16>(levelsOf(block) + (place << 1));
    if (abs<i32>(level) < 128) {
      store<i8>(next++, <i8>level);
    } else {
      store<i8>(next++, <i8>ESCAPE);
      store<i16>(next, <i16>level);
      next += 2;
    }
  }
}

/** Gives back LAST of the next macroblock. One by subblocks has no Y2. */
export function takeLasts(): void {
  v128.store(LAST, v128.load(next));
  v128.store(LAST, v128.load(next + 16), 16);
  next += LASTS;
}

@inline
export function takeLevel(): i32 {
  const level = <i32>load<i8>(next++);
  if (level != ESCAPE) return level;
  const large = <i32>load<i16>(next);
  next += 2;
  return large;
}

export function forgetSecond(): void {
  setLast(Y2, -1);
}
