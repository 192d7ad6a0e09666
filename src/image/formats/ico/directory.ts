/**
 * The directory of an icon or cursor (John Hornick, "Icons", Microsoft 1995): which pictures it has. The directory's own
 * sizes and depths are often wrong, so they come from the pictures. Nothing is decoded here, and each entry costs one
 * look at its picture's header, so 65 535 entries that all point at the same place are cheap.
 */
import { isHeaderSize, readSides } from "../bmp/dib.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";

export type IconEntry = {
  readonly kind: "png" | "bitmap";
  readonly width: number;
  readonly height: number;
  /** Bits a pixel, all channels together. */
  readonly bits: number;
  /** Offset of the picture. It may lie anywhere in the file, also inside of other entries. */
  readonly at: number;
  /** Bytes that a PNG inflates to; 0 for a bitmap. */
  readonly inflatedBytes: number;
};

const DIRECTORY = 6;
const ENTRY = 16;
/** The first bytes of a PNG up to the colour type. */
const PNG_BYTES = 26;
/** The first four bytes of a PNG, little-endian. */
const PNG_TAG = 0x474e5089;
const BITMAP_BYTES = 16;
/** Size of the OS/2 1.x header. */
const CORE = 12;
const MOST_BITMAP_BITS = 32;
const MOST_PNG_BITS = 64;
/** Samples a pixel by PNG's colour type (PNG, third edition, table 11.1). */
const PNG_CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * The pictures that can be shown, in the order of the directory. Of several pictures of one size only the one with the
 * most bits stays, of equal ones the first. Entries outside of the file, of other kinds, and of size 0 are left out.
 * Throws image_damaged when nothing is left.
 */
export function readDirectory(bytes: Uint8Array): IconEntry[] {
  const read = createReader(bytes, true);
  const bigEndian = createReader(bytes, false);
  const count = read.u16(4);
  if (count === 0) throw damaged("no picture in it");
  const best = new Map<string, IconEntry>();
  const seen = new Set<number>();
  for (let i = 0, at = DIRECTORY; i < count && at + ENTRY <= bytes.length; i++, at += ENTRY) {
    const offset = read.u32(at + 12);
    if (seen.has(offset)) continue;
    seen.add(offset);
    const entry = readEntry(read, bigEndian, offset);
    if (entry === null || entry.width <= 0 || entry.height <= 0) continue;
    const size = `${entry.width}x${entry.height}`;
    const known = best.get(size);
    if (known === undefined || known.bits < entry.bits) best.set(size, entry);
  }
  if (best.size === 0) throw damaged(`none of its ${count} entries leads to a picture`);
  return [...best.values()];
}

function readEntry(read: Reader, bigEndian: Reader, at: number): IconEntry | null {
  if (at + BITMAP_BYTES > read.length) return null;
  if (read.u32(at) === PNG_TAG) {
    if (at + PNG_BYTES > read.length) return null;
    const [width, height] = [bigEndian.u32(at + 16), bigEndian.u32(at + 20)];
    const bits = read.u8(at + 24) * (PNG_CHANNELS[read.u8(at + 25)] ?? 0);
    if (bits > MOST_PNG_BITS) return null;
    const inflatedBytes = height * (1 + Math.ceil((width * bits) / 8));
    return { kind: "png", width, height, bits, at, inflatedBytes };
  }
  const header = read.u32(at);
  if (!isHeaderSize(header)) return null;
  const { width, height } = readSides(read, at);
  const bits = read.u16(at + (header === CORE ? 10 : 14));
  // The height counts the rows of the picture and those of its mask.
  return bits > MOST_BITMAP_BITS ? null : { kind: "bitmap", width, height: height >> 1, bits, at, inflatedBytes: 0 };
}
