/** Stored pixels of an uncompressed bitmap -> RGBA words (bytes R, G, B, A in memory). */
import type { Dib } from "./dib.ts";

/** Converts the row that begins at `at` into `out`, a word a pixel. The row must be complete. */
export type ConvertRow = (at: number, out: Uint32Array) => void;

/** Alpha of 255. It is an integer of 32 bits with its sign, because V8 computes with larger numbers as floating point. */
const OPAQUE = 0xff << 24;
const BYTE_MASKS = [0xff0000, 0xff00, 0xff] as const;

/** `alpha`: the alpha channel counts; else every pixel is opaque. */
export function rowConverter(bytes: Uint8Array, { bits, masks, palette }: Dib, alpha: boolean): ConvertRow {
  if (bits <= 8) return fromPalette(bytes, bits, palette);
  const plain = bits >= 24 && BYTE_MASKS.every((mask, i) => masks[i] === mask);
  if (plain && !alpha) return fromBgr(bytes, bits / 8);
  if (plain && (masks[3] | 0) === OPAQUE) return fromBgra(bytes);
  return fromMasks(bytes, bits / 8, alpha ? masks : [masks[0], masks[1], masks[2], 0]);
}

function fromPalette(bytes: Uint8Array, bits: number, palette: Uint32Array): ConvertRow {
  if (bits === 8) {
    return (at, out) => {
      for (let x = 0; x < out.length; x++) out[x] = palette[bytes[at + x] ?? 0] ?? OPAQUE;
    };
  }
  const last = 2 ** bits - 1;
  return (at, out) => {
    for (let x = 0; x < out.length; x++) {
      const bit = x * bits;
      const index = ((bytes[at + (bit >>> 3)] ?? 0) >> (8 - bits - (bit & 7))) & last;
      out[x] = palette[index] ?? OPAQUE;
    }
  };
}

/** Blue, green and red, a byte each; in 32 bits also a byte that does not count. */
function fromBgr(bytes: Uint8Array, step: number): ConvertRow {
  return (at, out) => {
    const width = out.length;
    for (let x = 0, i = at; x < width; x++, i += step) {
      out[x] = OPAQUE | ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    }
  };
}

function fromBgra(bytes: Uint8Array): ConvertRow {
  return (at, out) => {
    const width = out.length;
    for (let x = 0, i = at; x < width; x++, i += 4) {
      const alpha = (bytes[i + 3] ?? 0) << 24;
      out[x] = alpha | ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    }
  };
}

function fromMasks(bytes: Uint8Array, step: number, masks: Dib["masks"]): ConvertRow {
  // As integers of 32 bits with a sign: see OPAQUE.
  const [red, green, blue, alpha] = [masks[0] | 0, masks[1] | 0, masks[2] | 0, masks[3] | 0];
  const [r, g, b, a] = [channel(red, 0, 0), channel(green, 8, 0), channel(blue, 16, 0), channel(alpha, 24, 255)];
  const [rShift, gShift, bShift, aShift] = [r.shift, g.shift, b.shift, a.shift];
  const [rWords, gWords, bWords, aWords] = [r.words, g.words, b.words, a.words];
  // In 16 and 24 bits the bytes behind belong to the next pixel.
  const [third, fourth] = [step > 2 ? 255 : 0, step > 3 ? 255 : 0];
  return (at, out) => {
    const width = out.length;
    for (let x = 0, i = at; x < width; x++, i += step) {
      const low = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8);
      const value = low | (((bytes[i + 2] ?? 0) & third) << 16) | (((bytes[i + 3] ?? 0) & fourth) << 24);
      out[x] =
        (rWords[(value & red) >>> rShift] ?? 0) |
        (gWords[(value & green) >>> gShift] ?? 0) |
        (bWords[(value & blue) >>> bShift] ?? 0) |
        (aWords[(value & alpha) >>> aShift] ?? 0);
    }
  };
}

/**
 * A mask -> the shift of its samples, and for each sample its 8 bits at the place `to` of the word. Of more than 8 bits
 * the upper 8 count. A mask with gaps is scaled like one without. `absent`: the value when the mask is 0.
 */
function channel(mask: number, to: number, absent: number): { shift: number; words: Int32Array } {
  if (mask === 0) return { shift: 0, words: Int32Array.of(absent << to) };
  const highest = 31 - Math.clz32(mask);
  const lowest = 31 - Math.clz32(mask & -mask);
  const shift = Math.max(lowest, highest - 7);
  const most = mask >>> shift;
  return { shift, words: Int32Array.from({ length: most + 1 }, (_, v) => Math.round((v * 255) / most) << to) };
}

/** Reads one pixel of 2, 3 or 4 bytes, little-endian. */
function rawReader(bytes: Uint8Array, step: number): (at: number) => number {
  return (at) => {
    let value = 0;
    for (let i = step - 1; i >= 0; i--) value = (value << 8) | (bytes[at + i] ?? 0);
    return value;
  };
}

/** What the alpha channel holds: there is none, or it is 0 everywhere, or full everywhere, or neither. */
export type AlphaUse = "none" | "empty" | "full" | "mixed";

/** Reads the alpha of the rows that the file has, until the answer is known. */
export function alphaUse(bytes: Uint8Array, { width, height, bits, masks, rle, pixelsAt }: Dib): AlphaUse {
  const mask = masks[3];
  if (rle || bits < 16 || mask === 0) return "none";
  const step = bits / 8;
  const raw = rawReader(bytes, step);
  const stride = strideOf(width, bits);
  let [some, lacking] = [false, false];
  for (let y = 0, at = pixelsAt; y < height && at + width * step <= bytes.length; y++, at += stride) {
    for (let i = at, end = at + width * step; i < end; i += step) {
      const alpha = raw(i) & mask;
      if (alpha !== 0) some = true;
      if (alpha !== (mask | 0)) lacking = true;
    }
    if (some && lacking) return "mixed";
  }
  return some ? "full" : "empty";
}

/** Bytes from one row to the next: rows are padded to 4 bytes. */
export function strideOf(width: number, bits: number): number {
  return 4 * Math.ceil((width * bits) / 32);
}
