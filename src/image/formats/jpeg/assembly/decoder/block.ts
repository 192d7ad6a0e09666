/** One block of a sequential scan (ITU T.81, F.2.2). Kept coefficients are stored, the others are skipped. */
import { BitReader } from "./bits";
import { Component } from "./component";
import { AC, DC, LOOKUP, PARTIAL, SKIP_LOOKUP, longEntry } from "./huffman";

/** The `size` bits at the top of `bits` as a signed value (EXTEND, F.2.2.1); size > 0. */
@inline
export function extend(bits: u64, size: i32): i32 {
  const value = <i32>(bits >> <u64>(64 - size));
  const negative = ~(<i32>(<i64>bits >> 63));
  return value + (((-1 << size) + 1) & negative);
}

/**
 * Decodes a block into `block`, which holds zeros (i16, size x size, see Component.positions).
 * The values are not dequantised yet.
 */
export function decodeBlock(r: BitReader, c: Component, block: usize): void {
  let bits = r.bits;
  let count = r.count;
  let at = r.at;

  bits |= load<u64>(at - 7) >> <u64>count;
  at -= <usize>((63 - count) >> 3);
  count |= 56;
  let e = load<i32>(c.dc + (<usize>(bits >> (64 - LOOKUP)) << 2));
  if (e & PARTIAL) {
    if ((e & 63) == 0) e = longEntry(c.dc, DC, bits);
    const size = e >>> 16;
    bits <<= <u64>(e & 63);
    count -= (e & 63) + size;
    if (size) c.predictor += extend(bits, size);
    bits <<= <u64>size;
  } else {
    bits <<= <u64>(e & 63);
    count -= e & 63;
    c.predictor += e >> 16;
  }
  store<i16>(block, c.predictor);

  const ac = c.ac;
  const limit = c.limit;
  const positions = c.positions;
  let k = 1;
  while (k < limit) {
    bits |= load<u64>(at - 7) >> <u64>count;
    at -= <usize>((63 - count) >> 3);
    count |= 56;
    e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
    if (e & PARTIAL) {
      if ((e & 63) == 0) e = longEntry(ac, AC, bits);
      const size = e >>> 16;
      bits <<= <u64>(e & 63);
      count -= (e & 63) + size;
      k += (e >> 8) & 127;
      if (size) store<i16>(block + <usize>load<u8>(positions + <usize>k), extend(bits, size));
      bits <<= <u64>size;
    } else {
      bits <<= <u64>(e & 63);
      count -= e & 63;
      k += (e >> 8) & 127;
      store<i16>(block + <usize>load<u8>(positions + <usize>k), e >> 16);
      // There are enough bits left for a second coefficient that one look-up gives completely.
      if (++k >= limit) break;
      e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
      if (e & PARTIAL) continue;
      bits <<= <u64>(e & 63);
      count -= e & 63;
      k += (e >> 8) & 127;
      store<i16>(block + <usize>load<u8>(positions + <usize>k), e >> 16);
    }
    k++;
  }

  const skip = c.skip;
  while (k < 64) {
    bits |= load<u64>(at - 7) >> <u64>count;
    at -= <usize>((63 - count) >> 3);
    count |= 56;
    const several = load<u32>(skip + (<usize>(bits >> (64 - SKIP_LOOKUP)) << 2));
    if (several != 0 && k + <i32>((several >> 16) & 255) <= 64) {
      bits <<= <u64>(several & 63);
      count -= <i32>(several & 63);
      k += <i32>(several >> 24);
      if (k >= 64) break;
      const more = load<u32>(skip + (<usize>(bits >> (64 - SKIP_LOOKUP)) << 2));
      if (more != 0 && k + <i32>((more >> 16) & 255) <= 64) {
        bits <<= <u64>(more & 63);
        count -= <i32>(more & 63);
        k += <i32>(more >> 24);
      }
      continue;
    }
    e = load<i32>(ac + (<usize>(bits >> (64 - LOOKUP)) << 2));
    if (e & PARTIAL) {
      if ((e & 63) == 0) e = longEntry(ac, AC, bits);
      const drop = (e & 63) + (e >>> 16);
      bits <<= <u64>drop;
      count -= drop;
    } else {
      bits <<= <u64>(e & 63);
      count -= e & 63;
    }
    k += ((e >> 8) & 127) + 1;
  }

  r.bits = bits;
  r.count = count;
  r.at = at;
}
