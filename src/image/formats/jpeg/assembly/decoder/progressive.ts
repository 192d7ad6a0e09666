/**
 * What all progressive scans share (ITU T.81, annex G): the current band, and where coefficients are stored. Only the
 * coefficients of the kept corner are stored. If refinement scans follow, `history` has a bit for each coefficient of
 * the component that is nonzero, kept or not: it decides how many bits a refinement scan has for a block.
 */
import { BitReader } from "./bits";
import { Component } from "./component";

/**
 * A place for what is not kept: coefficients, blocks that are not wanted, and the history of components without one.
 */
const DUMMY = memory.data(16, 16);
export const SCRATCH = memory.data(128 + 16, 16);
export const NO_HISTORY = memory.data(16, 16);

/** Band and bit position of the current scan, and the blocks that remain of a run of ends of band (G.1.2.2). */
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

/** Where coefficient k of the block is stored. One that is not kept goes to a place that is never read. */
@inline
export function place(c: Component, block: usize, k: i32): usize {
  const at = <usize>load<u8>(c.positions + <usize>k);
  return select<usize>(block + at, DUMMY, at < <usize>(c.size * c.size * 2));
}

@inline
export function refill(r: BitReader): void {
  r.bits |= load<u64>(r.at - 7) >> <u64>r.count;
  r.at -= <usize>((63 - r.count) >> 3);
  r.count |= 56;
}

@inline
export function drop(r: BitReader, n: i32): void {
  r.bits <<= <u64>n;
  r.count -= n;
}

/** Bytes of a kept block. */
@inline
function blockBytes(c: Component): usize {
  return <usize>(c.size * c.size * 2);
}

/** Address of block 0 in a row of stored blocks. `blockAt` deals with the blocks of the row that are not wanted. */
@inline
export function rowOfBlocks(c: Component, row: i32): usize {
  return c.coefficients + <usize>((row - c.top) * (c.right - c.left) - c.left) * blockBytes(c);
}

@inline
export function blockAt(c: Component, blocks: usize, row: i32, column: i32): usize {
  const wanted = row >= c.top && row < c.bottom && column >= c.left && column < c.right;
  return wanted ? blocks + <usize>column * blockBytes(c) : SCRATCH;
}
