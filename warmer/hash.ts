/**
 * The 64-bit hash of (region, format, path) that the dedup table is keyed by: two 32-bit lanes, one multiply per byte
 * and lane, so that it is computed while the path is scanned. Lane 1 is FNV-1a; lane 2 multiplies by murmur's constant
 * and folds its high half down, so that the lanes do not collide together. The seed is drawn per process, so that
 * nobody can prepare paths that look like duplicates of other people's.
 */

/** Starting state of both lanes. */
export type HashSeed = { readonly lane1: number; readonly lane2: number };

const FNV_PRIME = 0x01000193;
const MURMUR = 0x5bd1e995;

/** Lane 1 after one more byte. */
export function step1(state: number, byte: number): number {
  return Math.imul(state ^ byte, FNV_PRIME);
}

/** Lane 2 after one more byte. */
export function step2(state: number, byte: number): number {
  const mixed = Math.imul(state ^ byte, MURMUR);
  return mixed ^ (mixed >>> 15);
}

/** Lane 1's final value; `salt` is the region and format as one small number. */
export function finish1(state: number, salt: number): number {
  let h = state ^ Math.imul(salt + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Lane 2's final value; takes lane 1's, so that the salt reaches both. */
export function finish2(state: number, lane1: number): number {
  let h = state ^ Math.imul(lane1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return h ^ (h >>> 15);
}

/** 32 bits of some bytes, for keys that need no second lane (sender names). Seeded like the rest. */
export function hash32(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let h = seed;
  for (let i = start; i < end; i++) h = step1(h, bytes[i] as number);
  return finish1(h, end - start);
}
