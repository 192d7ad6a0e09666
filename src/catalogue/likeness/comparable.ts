/** Which pictures are compared at all. Pure. */

/** PDQ's authors: the hash of a picture of quality 49 or less means nothing. */
export const LEAST_QUALITY = 50;
/**
 * Bits of the dHash that are set. A picture with fewer is flat in most places, with few colours: a notice, a logo, a
 * template. Its hash says how it is laid out, and not what it shows. Photographs have about 31 of 64, and of 36 none has
 * fewer than 17; notices that PDQ takes have up to 16.
 */
export const LEAST_STEPS = 17;

/** `dhash`: 8 bytes. */
export function isComparable(quality: number, dhash: Uint8Array): boolean {
  if (quality < LEAST_QUALITY) return false;
  let set = 0;
  for (const byte of dhash) for (let rest = byte; rest > 0; rest &= rest - 1) set++;
  return set >= LEAST_STEPS;
}
