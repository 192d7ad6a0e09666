/** The macroblock at hand: its 25 blocks in the order 16 of Y, 4 of U, 4 of V, Y2. */

/** The place of Y2 in the order of blocks, and of the first block of U. */
export const Y2: usize = 24;
export const U: usize = 16;
/** Coefficients of the blocks, 32 bytes each, row by row. */
export const COEFFICIENTS = memory.data(25 * 32, 16);
/** Levels of the blocks in zigzag order, 32 bytes each. */
export const LEVELS = memory.data(25 * 32, 16);
/** Place of each block's last level that is not zero, -1 for none; one signed byte each. */
export const LAST = memory.data(32, 16);
/** Block types of the token probabilities (RFC 6386, 13.3). */
export const Y_AFTER_Y2: i32 = 0;
export const Y2_TYPE: i32 = 1;
export const CHROMA_TYPE: i32 = 2;
export const Y_WITH_DC: i32 = 3;

@inline
export function coefficientsOf(block: usize): usize {
  return COEFFICIENTS + (block << 5);
}

@inline
export function levelsOf(block: usize): usize {
  return LEVELS + (block << 5);
}

@inline
export function lastOf(block: usize): i32 {
  return load<i8>(LAST + block);
}

@inline
export function setLast(block: usize, last: i32): void {
  store<i8>(LAST + block, <i8>last);
}
