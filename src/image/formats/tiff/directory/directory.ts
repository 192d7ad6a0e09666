/**
 * The directories of a TIFF (TIFF 6.0, section 2) and of a BigTIFF, which has 64-bit offsets and counts. Nothing here
 * trusts a count or an offset: values outside of the file do not exist.
 */
import { createReader, damaged, type Reader } from "../../byteReader.ts";

/** A field of a directory: `count` values of a type, from offset `at` on. */
type Field = { readonly type: number; readonly count: number; readonly at: number };

export type Directory = {
  readonly fields: ReadonlyMap<number, Field>;
  /** Offset of the next directory, 0 for none. */
  readonly next: number;
};

/** An open file. `big`: it is a BigTIFF. */
export type Tiff = {
  readonly bytes: Uint8Array;
  readonly read: Reader;
  readonly little: boolean;
  readonly big: boolean;
  /** Offset of the first directory. */
  readonly first: number;
};

/** Values of a field, read when they are asked for. `get` gives 0 for one that is not there. */
export type Values = { readonly length: number; get(index: number): number };

/** Type of a field -> bytes of a value. Types that are not listed hold nothing that we read. */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 13: 4, 16: 8, 18: 8 };
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const SIGNED_SHORT = 8;
const IFD = 13;

/** A picture has some twenty fields, with all metadata some hundred. */
const MOST_FIELDS = 1024;
const BIG = 43;

/** Bytes with the signature of a TIFF -> Tiff. Throws image_damaged. */
export function openTiff(bytes: Uint8Array): Tiff {
  const little = bytes[0] === 0x49;
  const read = createReader(bytes, little);
  const big = read.u16(2) === BIG;
  return { bytes, read, little, big, first: big ? u64(read, little, 8) : read.u32(4) };
}

/** A 64-bit number. Above 2^53 it is not exact, but no file is as long. */
function u64(read: Reader, little: boolean, at: number): number {
  const [high, low] = little ? [at + 4, at] : [at, at + 4];
  return read.u32(high) * 2 ** 32 + read.u32(low);
}

/** The directory at an offset. Fields beyond the end of the file are left out. Throws image_damaged when none is there. */
export function readDirectory({ bytes, read, little, big }: Tiff, at: number): Directory {
  if (at < 8 || at + 2 > bytes.length) throw damaged(`a directory at byte ${at} of ${bytes.length}`);
  const entries = big ? u64(read, little, at) : read.u16(at);
  const [entry, head, inline] = big ? [20, 8, 8] : [12, 2, 4];
  const fields = new Map<number, Field>();
  for (let i = 0, to = at + head; i < Math.min(entries, MOST_FIELDS) && to + entry <= bytes.length; i++, to += entry) {
    const [tag, type] = [read.u16(to), read.u16(to + 2)];
    const size = SIZES[type] ?? 0;
    const stated = big ? u64(read, little, to + 4) : read.u32(to + 4);
    const value = to + (big ? 12 : 8);
    const start = size * stated <= inline ? value : big ? u64(read, little, value) : read.u32(value);
    const count = size === 0 ? 0 : Math.min(stated, Math.floor(Math.max(0, bytes.length - start) / size));
    // The first of equal tags counts, as in libtiff.
    if (count > 0 && !fields.has(tag)) fields.set(tag, { type, count, at: start });
  }
  const end = at + head + entries * entry;
  const next = end + inline <= bytes.length ? (big ? u64(read, little, end) : read.u32(end)) : 0;
  return { fields, next };
}

/** The values of a field, or null when the directory does not have it. */
export function valuesOf({ read, little }: Tiff, { fields }: Directory, tag: number): Values | null {
  const field = fields.get(tag);
  if (field === undefined) return null;
  const { type, count, at } = field;
  const size = SIZES[type] ?? 1;
  return {
    length: count,
    get: (index) => {
      if (index < 0 || index >= count) return 0;
      const to = at + size * index;
      if (type === RATIONAL) return read.u32(to) / Math.max(1, read.u32(to + 4));
      if (type === SHORT) return read.u16(to);
      if (type === SIGNED_SHORT) return (read.u16(to) << 16) >> 16;
      if (type === LONG || type === IFD) return read.u32(to);
      return size === 8 ? u64(read, little, to) : read.u8(to);
    },
  };
}

/** The first value of a field, or `absent`. A whole number: a file may state a side or a depth as a fraction. */
export function firstOf(tiff: Tiff, directory: Directory, tag: number, absent: number): number {
  return Math.floor(valuesOf(tiff, directory, tag)?.get(0) ?? absent);
}

/** At most `most` values of a field, which may be fractions; none when the directory does not have it. */
export function listOf(tiff: Tiff, directory: Directory, tag: number, most: number): number[] {
  const values = valuesOf(tiff, directory, tag);
  return Array.from({ length: Math.min(values?.length ?? 0, most) }, (_, i) => values?.get(i) ?? 0);
}

/** The bytes of a field, or null. */
export function bytesOf({ bytes }: Tiff, { fields }: Directory, tag: number): Uint8Array | null {
  const field = fields.get(tag);
  if (field === undefined) return null;
  return bytes.subarray(field.at, field.at + field.count * (SIZES[field.type] ?? 1));
}
