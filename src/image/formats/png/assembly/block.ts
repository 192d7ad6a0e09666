/**
 * The body of a block with codes (RFC 1951 3.2.3): literals, and matches with earlier output. This is the inner loop of
 * PNG decoding; it works on copies of the state in locals. Codes are looked up in a first table, longer ones then in a
 * second one.
 */
import { DISTANCES, distanceLink, IS_END, IS_LINK, IS_LITERAL, LITERALS, literalLink } from "./codes";
import {
  bitCount,
  bits,
  DAMAGED,
  FULL,
  HUNGRY,
  inputAt,
  inputEnd,
  inputLast,
  keep,
  OUTPUT_MARGIN,
  outputAt,
  outputLimit,
  outputStart,
} from "./state";

/** Continues the body of a block with codes. Gives the reason why it stopped; -1: the block has ended. */
export function inflateCodes(): i32 {
  let at = inputAt;
  let out = outputAt;
  let bb = bits;
  let bc = bitCount;
  let stopped = -1;
  const low = inputEnd > 16 ? inputEnd - 16 : 0;
  const high = outputLimit - OUTPUT_MARGIN;
  while (true) {
    if (at > low) {
      if (!inputLast) {
        stopped = HUNGRY;
        break;
      }
      if (at - <usize>(bc >> 3) > inputEnd) {
        stopped = DAMAGED;
        break;
      }
    }
    if (out > high) {
      stopped = FULL;
      break;
    }
    bb |= load<u64>(at) << <u64>bc;
    at += <usize>((63 - bc) >> 3);
    bc |= 56;
    let entry = load<u32>(LITERALS + (<usize>(bb & 2047) << 2));
    // Up to three literals of the first table need at most 33 of the 56 bits.
    if (entry & IS_LITERAL) {
      bb >>= <u64>(entry & 31);
      bc -= <i32>(entry & 31);
      store<u8>(out++, entry >>> 16);
      entry = load<u32>(LITERALS + (<usize>(bb & 2047) << 2));
      if (entry & IS_LITERAL) {
        bb >>= <u64>(entry & 31);
        bc -= <i32>(entry & 31);
        store<u8>(out++, entry >>> 16);
        entry = load<u32>(LITERALS + (<usize>(bb & 2047) << 2));
        if (entry & IS_LITERAL) {
          bb >>= <u64>(entry & 31);
          bc -= <i32>(entry & 31);
          store<u8>(out++, entry >>> 16);
        }
      }
      continue;
    }
    if (entry & IS_LINK) entry = load<u32>(LITERALS + (<usize>((entry >>> 16) + <u32>((bb >> 11) & literalLink)) << 2));
    if (entry == 0 || entry & IS_LINK) {
      stopped = DAMAGED;
      break;
    }
    bb >>= <u64>(entry & 31);
    bc -= <i32>(entry & 31);
    if (entry & IS_LITERAL) {
      store<u8>(out++, entry >>> 16);
      continue;
    }
    if (entry & IS_END) break;
    let extra = (entry >>> 8) & 31;
    let length = <usize>(entry >>> 16) + <usize>(bb & ((<u64>1 << <u64>extra) - 1));
    bb >>= <u64>extra;
    bc -= <i32>extra;
    entry = load<u32>(DISTANCES + (<usize>(bb & 511) << 2));
    if (entry & IS_LINK) entry = load<u32>(DISTANCES + (<usize>((entry >>> 16) + <u32>((bb >> 9) & distanceLink)) << 2));
    if ((entry >>> 16) == 0) {
      stopped = DAMAGED;
      break;
    }
    bb >>= <u64>(entry & 31);
    bc -= <i32>(entry & 31);
    extra = (entry >>> 8) & 31;
    const distance = <usize>(entry >>> 16) + <usize>(bb & ((<u64>1 << <u64>extra) - 1));
    bb >>= <u64>extra;
    bc -= <i32>extra;
    if (distance > out - outputStart) {
      stopped = DAMAGED;
      break;
    }
    copyMatch(out, distance, length);
    out += length;
  }
  keep(at, out, bb, bc);
  return stopped;
}

/** Source and target may overlap: written bytes are read again. Writes up to 15 bytes too many, into the margin. */
@inline
function copyMatch(out: usize, distance: usize, length: usize): void {
  const end = out + length;
  let from = out - distance;
  if (distance >= 16) {
    do {
      v128.store(out, v128.load(from));
      out += 16;
      from += 16;
    } while (out < end);
  } else if (distance == 1) {
    const value = i8x16.splat(load<u8>(from));
    do {
      v128.store(out, value);
      out += 16;
    } while (out < end);
  } else {
    do {
      store<u8>(out++, load<u8>(from++));
    } while (out < end);
  }
}
