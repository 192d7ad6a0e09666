/**
 * The boolean entropy decoder (RFC 6386, section 7).
 *
 * A partition lies BACKWARDS in memory: its first byte has the highest address, and below its last byte are zeros. One
 * little-endian load of 8 bytes then has the earliest byte on top (WebAssembly cannot swap bytes). Bytes past the end
 * are zeros, as in libwebp. `value` is at the top of 64 bits: a split is compared with its first 8 bits, and a refill
 * is a load, a shift and an or.
 */

/** Zeros below a partition's last byte. */
export const PAD: usize = 32;
const MAX_PARTITIONS: i32 = 9;

@unmanaged
export class BoolReader {
  /** Bits that are not decoded yet, the first one at the top. Below the `count` valid ones: the next bits, or zeros. */
  value: u64;
  count: i32;
  /** 128..255 between two reads. */
  range: u32;
  /** One above the address of the next byte for `value`. It goes down. */
  at: usize;
  /** `at` never goes below this address. From here on only zeros are loaded. */
  floor: usize;
  start: usize;
  bytes: i32;
}

const READERS = memory.data(64 * 9, 16);

/** The readers. Partition 0 has the modes, 1..8 have the tokens. */
@inline
export function reader(i: i32): BoolReader {
  return changetype<BoolReader>(READERS + (<usize>i << 6));
}

/** Bytes to allocate for a partition of `bytes`: the driver copies it to the result's `base + partitionPad()`. */
export function partitionPad(): i32 {
  return <i32>PAD;
}

/** Reverses the partition that the driver has put at `base + PAD`, and starts its reader. */
export function startPartition(i: i32, base: usize, bytes: i32): void {
  if (i < 0 || i >= MAX_PARTITIONS) return;
  memory.fill(base, 0, PAD);
  turnRound(base + PAD, base + PAD + <usize>bytes);
  const r = reader(i);
  r.value = 0;
  r.count = 0;
  r.range = 255;
  r.start = base + PAD + <usize>bytes;
  r.at = r.start;
  r.floor = base + 16;
  r.bytes = bytes;
}

function turnRound(low: usize, high: usize): void {
  while (low + 32 <= high) {
    high -= 16;
    const a = v128.load(low);
    const b = v128.load(high);
    v128.store(high, v128.shuffle<u8>(a, a, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    v128.store(low, v128.shuffle<u8>(b, b, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    low += 16;
  }
  while (low + 1 < high) {
    high--;
    const byte = load<u8>(low);
    store<u8>(low, load<u8>(high));
    store<u8>(high, byte);
    low++;
  }
}

/** Whether more bits were decoded than the partition has. */
@inline
export function overrun(r: BoolReader): bool {
  return <i32>((r.start - r.at) << 3) - r.count > r.bytes << 3;
}

export function refill(r: BoolReader): void {
  const count = r.count;
  r.value |= load<u64>(r.at - 8) >>> <u64>count;
  const bytes = (63 - count) >>> 3;
  r.count = count + (bytes << 3);
  r.at = max(r.at - <usize>bytes, r.floor);
}

/** Where the range is split for a probability of `p` / 256 of a zero. */
@inline
export function splitOf(range: u32, p: u32): u32 {
  return 1 + (((range - 1) * p) >>> 8);
}

/** How far to shift so that the range is 128 or more again. */
@inline
export function shiftOf(range: u32): i32 {
  return clz<u32>(range) - 24;
}

/** One bit that is 0 with probability `p` / 256. */
export function readBit(r: BoolReader, p: u32): i32 {
  if (r.count < 8) refill(r);
  let range = r.range;
  let value = r.value;
  const split = splitOf(range, p);
  const cut = <u64>split << 56;
  const bit = value >= cut;
  if (bit) value -= cut;
  range = bit ? range - split : split;
  const shift = shiftOf(range);
  r.range = range << shift;
  r.value = value << shift;
  r.count -= shift;
  return bit;
}

/** A number of `bits` bits with even probabilities, the highest bit first (RFC 6386, 8). */
export function readNumber(r: BoolReader, bits: i32): i32 {
  let number = 0;
  while (bits-- > 0) number = (number << 1) | readBit(r, 128);
  return number;
}

/** A flag. If it is set, a number of `bits` bits and its sign follow, else the value is 0. */
export function readOptional(r: BoolReader, bits: i32): i32 {
  if (!readBit(r, 128)) return 0;
  const number = readNumber(r, bits);
  return readBit(r, 128) ? -number : number;
}
