/**
 * SipHash-1-3 (Aumasson and Bernstein, 2012): a 64-bit hash under a 128-bit key. The key is random for each process, so
 * nobody can construct two paths with one hash. The salt comes first, as one whole word, so that the bytes are read in
 * whole words.
 */

let key0: u64 = 0;
let key1: u64 = 0;

export function setKey(first: u64, second: u64): void {
  key0 = first;
  key1 = second;
}

/** The hash of [start, end). Up to seven bytes after it must be readable. */
export function sipHash(start: usize, end: usize, salt: u64): u64 {
  let v0: u64 = key0 ^ 0x736f6d6570736575;
  let v1: u64 = key1 ^ 0x646f72616e646f6d;
  let v2: u64 = key0 ^ 0x6c7967656e657261;
  let v3: u64 = key1 ^ 0x7465646279746573;
  const length = end - start;
  const words = length >> 3;
  let word = salt;
  // The input is the salt, the whole words, the rest with the length in the top byte, and three final rounds of 0. One
  // loop handles all of them, so that the round is written only once.
  const last = words + 4;
  for (let i: usize = 0; i <= last; i++) {
    v3 ^= word;
    v0 += v1;
    v1 = rotl(v1, 13) ^ v0;
    v0 = rotl(v0, 32);
    v2 += v3;
    v3 = rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = rotl(v1, 17) ^ v2;
    v2 = rotl(v2, 32);
    v0 ^= word;
    if (i < words) word = load<u64>(start + (i << 3));
    else if (i == words) {
      const rest = (length & 7) << 3;
      word = (load<u64>(start + (words << 3)) & (((<u64>1) << rest) - 1)) | ((<u64>(length + 8)) << 56);
    } else {
      if (i == words + 1) v2 ^= 0xff;
      word = 0;
    }
  }
  return v0 ^ v1 ^ v2 ^ v3;
}
