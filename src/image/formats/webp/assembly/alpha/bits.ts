/** Bits of a lossless stream, the lowest of each byte first (RFC 9649, 3.2). */

let waiting: u64 = 0;
let count: u32 = 0;
/** Where the next byte goes, and the end of the room. Bytes beyond the end are dropped, and `overflown` is true. */
export let end: usize = 0;
let limit: usize = 0;

export function startBits(at: usize, most: usize): void {
  waiting = 0;
  count = 0;
  end = at;
  limit = most;
}

/** The lowest `bits` (at most 32) of `value`. */
@inline
export function putBits(value: u32, bits: u32): void {
  waiting |= <u64>value << <u64>count;
  count += bits;
  if (count < 32) return;
  if (end + 4 <= limit) store<u32>(end, <u32>waiting);
  end += 4;
  waiting >>= 32;
  count -= 32;
}

export function finishBits(): void {
  while (count > 0 && count < 64) {
    if (end < limit) store<u8>(end, <u8>waiting);
    end++;
    waiting >>= 8;
    count = count > 8 ? count - 8 : 0;
  }
}

export function overflown(): bool {
  return end > limit;
}
