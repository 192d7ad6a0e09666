/**
 * The device-independent bitmap: what a BMP file has after its first 14 bytes, and what most pictures of an icon are.
 * Source: Microsoft's BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER, IBM's BITMAPINFOHEADER2.
 */
import { Failure } from "../../../errors.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";

export type Dib = {
  readonly width: number;
  readonly height: number;
  /** The first stored row is the top one. */
  readonly topDown: boolean;
  /** Bits a pixel: 1, 2, 4, 8, 16, 24 or 32. */
  readonly bits: number;
  /** The pixels are run-length encoded (4 or 8 bits). */
  readonly rle: boolean;
  /** Bit masks of red, green, blue and alpha; 0 where there is no such channel. Unused up to 8 bits. */
  readonly masks: readonly [red: number, green: number, blue: number, alpha: number];
  /** 256 colours as words with the bytes R, G, B, A in memory. Entries that the file does not have are black. */
  readonly palette: Uint32Array;
  /** Offset of the pixels. */
  readonly pixelsAt: number;
  /** Embedded ICC profile of a V5 header, or null. */
  readonly icc: Uint8Array | null;
};

const CORE = 12;
/** No header is longer than 124 bytes. We take somewhat longer ones, but not noise. */
const LONGEST = 256;
/** The header sizes that Microsoft defined. Other sizes from 16 to 64 are OS/2 2.x, which may end after any field. */
const WINDOWS: readonly number[] = [40, 52, 56, 108, 124];
const LARGEST_OS2 = 64;
const BITS: readonly number[] = [1, 2, 4, 8, 16, 24, 32];

const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHABITFIELDS = 6;
const REFUSED: Readonly<Record<number, string>> = {
  4: "BMP with an embedded JPEG",
  5: "BMP with an embedded PNG",
  11: "BMP in CMYK",
  12: "BMP in CMYK",
  13: "BMP in CMYK",
};
const REFUSED_OS2: Readonly<Record<number, string>> = {
  3: "BMP with Huffman coding",
  4: "BMP with RLE of 24 bits",
};

/** "MBED" in bV5CSType: the file has an ICC profile. */
const EMBEDDED_PROFILE = 0x4d424544;

/**
 * The header at offset `at` -> its properties. `pixelsAt` comes from the file header; null: the pixels follow the
 * palette, as in an icon. The height is as stored. Throws image_damaged, or format_unsupported with the kind's name.
 */
export function readDib(bytes: Uint8Array, at: number, pixelsAt: number | null): Dib {
  const read = createReader(bytes, true);
  const size = read.u32(at);
  if (!isHeaderSize(size)) throw damaged(`a header of ${size} bytes`);
  const core = size === CORE;
  const { width, height, topDown } = readSides(read, at);
  const bits = read.u16(at + (core ? 10 : 14));
  /** A field of the header, or 0 when the header is too short for it. */
  const field = (offset: number) => (!core && size >= offset + 4 ? read.u32(at + offset) : 0);
  const compression = field(16);
  const refused = size <= LARGEST_OS2 && !WINDOWS.includes(size) ? REFUSED_OS2[compression] : undefined;
  const kind = bits === 64 ? "BMP with 64 bits a pixel" : (refused ?? REFUSED[compression]);
  if (kind !== undefined) throw new Failure("format_unsupported", { value: kind });
  if (width <= 0 || height <= 0) throw damaged(`size ${width}x${height}`);
  const fields = compression === BITFIELDS || compression === ALPHABITFIELDS;
  const rle = compression === RLE8 || compression === RLE4;
  const fits = rle ? bits === (compression === RLE8 ? 8 : 4) : BITS.includes(bits) && (!fields || bits >= 16);
  if (!fits || (compression !== 0 && !fields && !rle)) throw damaged(`${bits} bits with compression ${compression}`);
  // A header of 40 bytes has the masks behind it, a longer one has them at the same place inside.
  const maskBytes = size !== 40 || !fields ? 0 : compression === ALPHABITFIELDS ? 16 : 12;
  const paletteAt = at + size + maskBytes;
  const entry = core ? 3 : 4;
  const used = Math.min(field(32) || (bits > 8 ? 0 : 2 ** bits), 256);
  const behind = paletteAt + entry * (bits > 8 ? used : Math.min(used, 2 ** bits));
  const start = pixelsAt === null || pixelsAt < at + size ? behind : pixelsAt;
  const count = bits > 8 ? 0 : Math.min(used, Math.floor((start - paletteAt) / entry));
  const withAlpha = compression === ALPHABITFIELDS || size >= 56;
  const mask = (index: number) => read.u32(at + 40 + 4 * index);
  return {
    width,
    height,
    topDown,
    bits,
    rle,
    masks: fields ? [mask(0), mask(1), mask(2), withAlpha ? mask(3) : 0] : plainMasks(bits),
    palette: readPalette(read.slice(paletteAt, entry * Math.max(0, count)), entry),
    pixelsAt: start,
    icc: size >= 124 && field(56) === EMBEDDED_PROFILE ? profileOf(bytes, at + field(112), field(116)) : null,
  };
}

/** Whether a header can have this many bytes. */
export function isHeaderSize(size: number): boolean {
  return size === CORE || (size >= 16 && size <= LONGEST);
}

/** The sides of the header at `at`, in pixels. A negative height means rows from the top. */
export function readSides(read: Reader, at: number): { width: number; height: number; topDown: boolean } {
  if (read.u32(at) === CORE) return { width: read.u16(at + 4), height: read.u16(at + 6), topDown: false };
  const height = read.u32(at + 8) | 0;
  return { width: read.u32(at + 4) | 0, height: Math.abs(height), topDown: height < 0 };
}

/** Without bit fields: 5 bits a channel, or a byte a channel and, in 32 bits, a byte that may be alpha. */
function plainMasks(bits: number): Dib["masks"] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, bits === 32 ? 0xff000000 : 0];
}

function readPalette(bgr: Uint8Array, entry: number): Uint32Array {
  const words = new Uint32Array(256).fill(0xff000000);
  for (let i = 0, at = 0; i < 256 && at + 3 <= bgr.length; i++, at += entry) {
    words[i] = 0xff000000 | ((bgr[at] ?? 0) << 16) | ((bgr[at + 1] ?? 0) << 8) | (bgr[at + 2] ?? 0);
  }
  return words;
}

function profileOf(bytes: Uint8Array, at: number, length: number): Uint8Array | null {
  return length === 0 || at + length > bytes.length ? null : bytes.subarray(at, at + length);
}
