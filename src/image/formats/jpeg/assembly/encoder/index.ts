/**
 * Baseline JPEG, YCbCr 4:2:0, with Huffman tables made for the picture (ITU T.81). Rows come in strips of 16.
 * The quantised coefficients of all strips are kept (3 bytes a pixel) until the symbols are counted, then written.
 * The driver is src/image/formats/jpeg/encode.ts, which also writes the markers.
 */
import { chroma, luma } from "./colour";
import { transformBlock } from "./dct";
import { bitsAt, countBlock, finishBits, resetBits, startBits, writeBlock } from "./entropy";

const MCU: i32 = 16;
const BLOCK_BYTES: usize = 128;
const MCU_BYTES: usize = 6 * 128;
const TABLE_BYTES: usize = 4 * 256;
const OUT_BYTES: usize = 131072;
/** The most bytes of one MCU: 6 blocks of 64 symbols of 16 + 11 bits, every byte stuffed. */
const MCU_MOST: usize = 6 * 64 * 8;

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

/** Begins a picture. Gives 0 when there is not enough memory. */
export function start(pixelsAcross: i32, pixelsDown: i32): i32 {
  across = (pixelsAcross + MCU - 1) / MCU;
  width = across * MCU;
  const down = (pixelsDown + MCU - 1) / MCU;
  let next: usize = (__heap_base + 15) & ~15;
  strip = next;
  next += <usize>(width * MCU * 4);
  lumaPlane = next;
  next += <usize>(width * MCU * 2);
  cbPlane = next;
  next += <usize>(width * MCU / 2);
  crPlane = next;
  next += <usize>(width * MCU / 2);
  counts = next;
  next += 4 * TABLE_BYTES;
  codes = next;
  next += 4 * TABLE_BYTES;
  reciprocals = next;
  next += 2 * 64 * 4;
  out = next;
  next += OUT_BYTES;
  coefficients = next;
  next += <usize>(across * down) * MCU_BYTES;
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

/** Where the caller puts a strip: 16 rows of RGBA, `stripWidth` pixels each, padded to whole MCUs. */
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
  const chromaStride = <usize>width;
  for (let y: usize = 0; y < 16; y++) luma(strip + y * rowBytes, lumaPlane + y * lumaStride, width);
  for (let y: usize = 0; y < 8; y++) {
    chroma(strip + 2 * y * rowBytes, rowBytes, cbPlane + y * chromaStride, crPlane + y * chromaStride, width);
  }
  const dcChroma = counts + TABLE_BYTES;
  const acLuma = counts + 2 * TABLE_BYTES;
  const acChroma = counts + 3 * TABLE_BYTES;
  for (let x = 0; x < across; x++) {
    const at = filled;
    for (let b = 0; b < 4; b++) {
      const from = lumaPlane + <usize>((b >> 1) * 8) * lumaStride + <usize>((x * 16 + (b & 1) * 8) << 1);
      const block = at + <usize>b * BLOCK_BYTES;
      transformBlock(from, lumaStride, reciprocals, block);
      const dc = <i32>load<i16>(block);
      countBlock(block, dc - dcY, counts, acLuma);
      dcY = dc;
    }
    const cb = at + 4 * BLOCK_BYTES;
    const cr = at + 5 * BLOCK_BYTES;
    transformBlock(cbPlane + <usize>(x << 4), chromaStride, reciprocals + 256, cb);
    transformBlock(crPlane + <usize>(x << 4), chromaStride, reciprocals + 256, cr);
    countBlock(cb, <i32>load<i16>(cb) - dcCb, dcChroma, acChroma);
    countBlock(cr, <i32>load<i16>(cr) - dcCr, dcChroma, acChroma);
    dcCb = <i32>load<i16>(cb);
    dcCr = <i32>load<i16>(cr);
    filled += MCU_BYTES;
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
    for (let b: usize = 0; b < 4; b++) {
      const block = taken + b * BLOCK_BYTES;
      const dc = <i32>load<i16>(block);
      writeBlock(block, dc - dcY, codes, acLuma);
      dcY = dc;
    }
    const cb = taken + 4 * BLOCK_BYTES;
    const cr = taken + 5 * BLOCK_BYTES;
    writeBlock(cb, <i32>load<i16>(cb) - dcCb, dcChroma, acChroma);
    writeBlock(cr, <i32>load<i16>(cr) - dcCr, dcChroma, acChroma);
    dcCb = <i32>load<i16>(cb);
    dcCr = <i32>load<i16>(cr);
    taken += MCU_BYTES;
  }
  if (taken == filled) {
    finishBits();
    taken++;
  }
  return <i32>(bitsAt() - out);
}
