/** Huffman coding of quantised blocks (ITU T.81 F.1.2): once to count the symbols, once to write them. */

/** Bits wait in the low end of `pending`. The oldest is the highest. */
let pending: u64 = 0;
let pendingBits: i32 = 0;
let out: usize = 0;

export function startBits(at: usize): void {
  out = at;
}

export function resetBits(): void {
  pending = 0;
  pendingBits = 0;
}

export function bitsAt(): usize {
  return out;
}

/** A bit for each AC coefficient that is not zero: bit k for zigzag index k. Bit 0, DC, is cleared. */
@inline
function nonZero(block: usize): u64 {
  const zero = i16x8.splat(0);
  let mask: u64 = 0;
  for (let i = 0; i < 8; i++) {
    mask |= <u64>(<u32>i16x8.bitmask(i16x8.ne(v128.load(block + (<usize>i << 4)), zero))) << (<u64>i << 3);
  }
  return mask & ~(<u64>1);
}

/** Bits of a magnitude: T.81 tables F.1 and F.2. */
@inline
function category(value: i32): i32 {
  return 32 - <i32>clz(abs(value));
}

/** Adds one block's symbols to the counts (u32 each, by symbol). `difference`: DC less the component's last DC. */
export function countBlock(block: usize, difference: i32, dcCounts: usize, acCounts: usize): void {
  bump(dcCounts, category(difference));
  let mask = nonZero(block);
  let last = 0;
  while (mask != 0) {
    const k = <i32>ctz(mask);
    mask &= mask - 1;
    let run = k - last - 1;
    last = k;
    for (; run > 15; run -= 16) bump(acCounts, 0xf0);
    bump(acCounts, (run << 4) | category(<i32>load<i16>(block + (<usize>k << 1))));
  }
  if (last < 63) bump(acCounts, 0);
}

@inline
function bump(counts: usize, symbol: i32): void {
  const at = counts + (<usize>symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Writes one block. Codes are u32 each, by symbol: the code in the upper 24 bits, its length in the lower 8. */
export function writeBlock(block: usize, difference: i32, dcCodes: usize, acCodes: usize): void {
  writeSymbol(dcCodes, category(difference), difference, category(difference));
  let mask = nonZero(block);
  let last = 0;
  while (mask != 0) {
    const k = <i32>ctz(mask);
    mask &= mask - 1;
    let run = k - last - 1;
    last = k;
    for (; run > 15; run -= 16) writeSymbol(acCodes, 0xf0, 0, 0);
    const value = <i32>load<i16>(block + (<usize>k << 1));
    const size = category(value);
    writeSymbol(acCodes, (run << 4) | size, value, size);
  }
  if (last < 63) writeSymbol(acCodes, 0, 0, 0);
}

/** A code of at most 16 bits, then `size` bits of the value. Negative values are one's complements (F.1.2.1). */
@inline
function writeSymbol(codes: usize, symbol: i32, value: i32, size: i32): void {
  const entry = load<u32>(codes + (<usize>symbol << 2));
  const length = <i32>(entry & 255);
  const extra = <u64>(<u32>(value < 0 ? value - 1 : value) & ((1 << size) - 1));
  pending = (pending << <u64>(length + size)) | (<u64>(entry >>> 8) << <u64>size) | extra;
  pendingBits += length + size;
  if (pendingBits >= 32) {
    pendingBits -= 32;
    emit(<u32>(pending >> <u64>pendingBits));
  }
}

/** Writes four bytes, and a zero after each 0xFF (B.1.1.5). */
@inline
function emit(word: u32): void {
  const inverse = ~word;
  if (((inverse - 0x01010101) & word & 0x80808080) == 0) {
    store<u32>(out, bswap<u32>(word));
    out += 4;
    return;
  }
  for (let shift = 24; shift >= 0; shift -= 8) emitByte(<u8>(word >>> shift));
}

@inline
function emitByte(byte: u8): void {
  store<u8>(out++, byte);
  if (byte == 0xff) store<u8>(out++, 0);
}

/** Fills the last byte with ones (F.1.2.3). */
export function finishBits(): void {
  while (pendingBits >= 8) {
    pendingBits -= 8;
    emitByte(<u8>(pending >> <u64>pendingBits));
  }
  if (pendingBits > 0) {
    const free = 8 - pendingBits;
    emitByte(<u8>((pending << <u64>free) | ((1 << free) - 1)));
    pendingBits = 0;
  }
}
