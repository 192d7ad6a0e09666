/**
 * Baseline JPEG, YCbCr 4:2:0 or 4:4:4, with Huffman tables made for the picture (ITU T.81). Rows come in strips of one
 * MCU row. The quantised coefficients of all strips are kept (3 bytes a pixel, 6 with 4:4:4) until the symbols are
 * counted, then written. The driver is src/image/formats/jpeg/encode.ts, which also writes the markers.
 */
import { fullChroma, halfChroma, luma } from "./colour";
import { transformBlock } from "./dct";
import { bitsAt, countBlock, finishBits, resetBits, startBits, writeBlock } from "./entropy";

const BLOCK_BYTES: usize = 128;
const TABLE_BYTES: usize = 4 * 256;
const OUT_BYTES: usize = 131072;
/** The most bytes of one MCU: 6 blocks of 64 symbols of 16 + 11 bits, every byte stuffed. */
const MCU_MOST: usize = 6 * 64 * 8;

/** Blocks of luma along a side of an MCU: 2 with 4:2:0, 1 with 4:4:4. An MCU has two blocks of chroma more. */
let side: i32 = 2;
let mcuBytes: usize = 0;
let across: i32 = 0;
let width: i32 = 0;
let strip: usize = 0;
let lumaPlane: usize = 0;
let cbPlane: usize = 0;
let crPlane: usize = 0;
let counts: usize = 0;
let codes: usize = 0;
let reciprocals: usize = 0;
let out: usize = 0;
let coefficients: usize = 0;
let filled: usize = 0;
let taken: usize = 0;
let dcY: i32 = 0;
let dcCb: i32 = 0;
let dcCr: i32 = 0;

/** Begins a picture. `lumaSide`: 2 for 4:2:0, 1 for 4:4:4. Gives 0 when there is not enough memory. */
export function start(pixelsAcross: i32, pixelsDown: i32, lumaSide: i32): i32 {
  side = lumaSide;
  mcuBytes = <usize>(side * side + 2) * BLOCK_BYTES;
  const mcu = 8 * side;
  across = (pixelsAcross + mcu - 1) / mcu;
  width = across * mcu;
  const down = (pixelsDown + mcu - 1) / mcu;
  const chromaBytes = <usize>((width / side) * 8 * 2);
  let next: usize = (__heap_base + 15) & ~15;
  strip = next;
  next += <usize>(width * mcu * 4);
  lumaPlane = next;
  next += <usize>(width * mcu * 2);
  cbPlane = next;
  next += chromaBytes;
  crPlane = next;
  next += chromaBytes;
  counts = next;
  next += 4 * TABLE_BYTES;
  codes = next;
  next += 4 * TABLE_BYTES;
  reciprocals = next;
  next += 2 * 64 * 4;
  out = next;
  next += OUT_BYTES;
  coefficients = next;
  next += <usize>(across * down) * mcuBytes;
  const need = <i32>((next + 65535) >>> 16);
  if (need > memory.size() && memory.grow(need - memory.size()) < 0) return 0;
  memory.fill(counts, 0, 4 * TABLE_BYTES);
  filled = coefficients;
  taken = coefficients;
  resetDc();
  resetBits();
  return 1;
}

function resetDc(): void {
  dcY = 0;
  dcCb = 0;
  dcCr = 0;
}

/** Where the caller puts a strip: the rows of one MCU, RGBA, `stripWidth` pixels each, padded to whole MCUs. */
export function stripAddress(): usize {
  return strip;
}

export function stripWidth(): i32 {
  return width;
}

/** 64 floats for luma and 64 for chroma, natural order: 1 / (8 * quantiser). */
export function reciprocalAddress(): usize {
  return reciprocals;
}

/** Counts of symbols, 256 of u32 each: DC luma, DC chroma, AC luma, AC chroma. */
export function countAddress(): usize {
  return counts;
}

/** Codes in the same order; see writeBlock. */
export function codeAddress(): usize {
  return codes;
}

export function outAddress(): usize {
  return out;
}

/** Transforms the strip that was put in and counts its symbols. */
export function addStrip(): void {
  const rowBytes = <usize>(width << 2);
  const lumaStride = <usize>(width << 1);
  const chromaStride = <usize>((width / side) << 1);
  for (let y: usize = 0; y < <usize>(8 * side); y++) luma(strip + y * rowBytes, lumaPlane + y * lumaStride, width);
  for (let y: usize = 0; y < 8; y++) {
    const cb = cbPlane + y * chromaStride;
    const cr = crPlane + y * chromaStride;
    if (side == 2) halfChroma(strip + 2 * y * rowBytes, rowBytes, cb, cr, width);
    else fullChroma(strip + y * rowBytes, cb, cr, width);
  }
  const dcChroma = counts + TABLE_BYTES;
  const acLuma = counts + 2 * TABLE_BYTES;
  const acChroma = counts + 3 * TABLE_BYTES;
  for (let x = 0; x < across; x++) {
    let block = filled;
    for (let b = 0; b < side * side; b++, block += BLOCK_BYTES) {
      const row = b >> (side - 1);
      const column = x * side + (b & (side - 1));
      const from = lumaPlane + <usize>(row * 8) * lumaStride + <usize>(column << 4);
      transformBlock(from, lumaStride, reciprocals, block);
      const dc = <i32>load<i16>(block);
      countBlock(block, dc - dcY, counts, acLuma);
      dcY = dc;
    }
    const cb = block;
    const cr = block + BLOCK_BYTES;
    transformBlock(cbPlane + <usize>(x << 4), chromaStride, reciprocals + 256, cb);
    transformBlock(crPlane + <usize>(x << 4), chromaStride, reciprocals + 256, cr);
    countBlock(cb, <i32>load<i16>(cb) - dcCb, dcChroma, acChroma);
    countBlock(cr, <i32>load<i16>(cr) - dcCr, dcChroma, acChroma);
    dcCb = <i32>load<i16>(cb);
    dcCr = <i32>load<i16>(cr);
    filled += mcuBytes;
  }
}

/** Writes the next part of the scan and gives its length, 0 at the end. Needs all strips and the codes. */
export function writePart(): i32 {
  if (taken == coefficients) resetDc();
  if (taken > filled) return 0;
  startBits(out);
  const most = out + OUT_BYTES - MCU_MOST;
  const dcChroma = codes + TABLE_BYTES;
  const acLuma = codes + 2 * TABLE_BYTES;
  const acChroma = codes + 3 * TABLE_BYTES;
  while (taken < filled && bitsAt() < most) {
    let block = taken;
    for (let b = 0; b < side * side; b++, block += BLOCK_BYTES) {
      const dc = <i32>load<i16>(block);
      writeBlock(block, dc - dcY, codes, acLuma);
      dcY = dc;
    }
    const cb = block;
    const cr = block + BLOCK_BYTES;
    writeBlock(cb, <i32>load<i16>(cb) - dcCb, dcChroma, acChroma);
    writeBlock(cr, <i32>load<i16>(cr) - dcCr, dcChroma, acChroma);
    dcCb = <i32>load<i16>(cb);
    dcCr = <i32>load<i16>(cr);
    taken += mcuBytes;
  }
  if (taken == filled) {
    finishBits();
    taken++;
  }
  return <i32>(bitsAt() - out);
}
