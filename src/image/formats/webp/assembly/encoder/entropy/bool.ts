/** The boolean coder (RFC 6386, section 7). */
import { PROBABILITIES } from "./probabilities";

/** The unwritten end of the arithmetic code: `waiting` + 8 bits of `low`, and a carry bit above them. */
let low: u64 = 0;
let range: u32 = 255;
let waiting: i32 = 0;
/** Where the next byte goes. */
export let end: usize = 0;

export function startCoder(at: usize): void {
  low = 0;
  range = 255;
  waiting = 0;
  end = at;
}

/** Adds a carry to the bytes before `at`. */
function carry(at: usize): void {
  at--;
  while (load<u8>(at) == 255) {
    store<u8>(at, 0);
    at--;
  }
  store<u8>(at, load<u8>(at) + 1);
}

/** Writes a bit; a 0 has the probability `p` / 256. */
export function put(bit: i32, p: i32): void {
  const split = 1 + (((range - 1) * <u32>p) >>> 8);
  if (bit) {
    low += split;
    range -= split;
  } else {
    range = split;
  }
  const shift = clz<u32>(range) - 24;
  range <<= shift;
  low <<= <u64>shift;
  waiting += shift;
  if (waiting >= 40) spill();
}

/** Writes four bytes. */
function spill(): void {
  const kept = <u64>(waiting - 24);
  if ((low >>> <u64>(waiting + 8)) & 1) carry(end);
  store<u32>(end, bswap<u32>(<u32>(low >>> kept)));
  end += 4;
  low &= (<u64>1 << kept) - 1;
  waiting -= 32;
}

/** The last bytes of a partition. */
export function finishCoder(): void {
  for (let i = 0; i < 32; i++) put(0, 128);
  if ((low >>> <u64>(waiting + 8)) & 1) carry(end);
  const shift = (8 - (waiting & 7)) & 7;
  low <<= <u64>shift;
  waiting += shift;
  for (let bits = waiting; bits >= 0; bits -= 8) store<u8>(end++, <u8>(low >>> <u64>bits));
}

/** A number of `bits` bits, the highest first (9.2: L(n)). */
export function putNumber(value: i32, bits: i32): void {
  while (bits-- > 0) put((value >> bits) & 1, 128);
}

/** A flag; when the value is not 0 its magnitude and sign follow. */
export function putSigned(value: i32, bits: i32): void {
  put(value != 0 ? 1 : 0, 128);
  if (value == 0) return;
  putNumber(abs<i32>(value), bits);
  put(value < 0 ? 1 : 0, 128);
}

/** A token of 16 bits: the bit, then FIXED and a probability, or the place of the probability in PROBABILITIES. */
export const BIT: u32 = 0x8000;
export const FIXED: u32 = 0x4000;

/** Writes the tokens from `from` to `to`. The same as `put` for each, with the coder's state in locals. */
export function putTokens(from: usize, to: usize): void {
  let code = low;
  let span = range;
  let pending = waiting;
  let out = end;
  for (let at = from; at < to; at += 2) {
    const token = <u32>load<u16>(at);
    const p = token & FIXED ? token & 255 : <u32>load<u8>(PROBABILITIES + (token & (FIXED - 1)));
    const split = 1 + (((span - 1) * p) >>> 8);
    code += token & BIT ? <u64>split : 0;
    span = token & BIT ? span - split : split;
    const shift = clz<u32>(span) - 24;
    span <<= shift;
    code <<= <u64>shift;
    pending += shift;
    if (pending < 40) continue;
    const kept = <u64>(pending - 24);
    if ((code >>> <u64>(pending + 8)) & 1) carry(out);
    store<u32>(out, bswap<u32>(<u32>(code >>> kept)));
    out += 4;
    code &= (<u64>1 << kept) - 1;
    pending -= 32;
  }
  low = code;
  range = span;
  waiting = pending;
  end = out;
}
