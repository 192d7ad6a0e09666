/**
 * A row in a sort: its key, then its line. The key is host, path and query, what stands before the host, identifier, with
 * zero bytes between them, so that rows of one host stand together, and rows of one address within it. No part of an
 * address or an identifier has a zero byte.
 *
 *   key length (4 bytes, little-endian)   line length (4)   key   line
 */
import type { Located } from "../manifest/rowMap.ts";

export const RECORD_HEADER = 8;

/** Writes a record at `at` and gives its end. The caller has made room: `recordRoom`. */
export function writeRecord(into: Buffer, at: number, located: Located, line: string): number {
  const { bytes, start, end, hostStart, hostEnd } = located.address;
  let to = at + RECORD_HEADER;
  to = copy(bytes, hostStart, hostEnd, into, to);
  to = copy(bytes, hostEnd, end, into, to);
  to = copy(bytes, start, hostStart, into, to);
  into.set(located.idBytes.subarray(located.idStart, located.idEnd), to);
  to += located.idEnd - located.idStart;
  into.writeUInt32LE(to - at - RECORD_HEADER, at);
  const length = into.write(line, to);
  into.writeUInt32LE(length, at + 4);
  return to + length;
}

/** At most so many bytes of a record. */
export function recordRoom({ address, idStart, idEnd }: Located, line: string): number {
  return RECORD_HEADER + (address.end - address.start) + 3 + (idEnd - idStart) + 3 * line.length;
}

function copy(from: Uint8Array, start: number, end: number, into: Buffer, to: number): number {
  into.set(from.subarray(start, end), to);
  to += end - start;
  into[to] = 0;
  return to + 1;
}

/** Compares bytes; less than 0: the first comes before. */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let at = 0; at < length; at++) {
    const difference = (a[aStart + at] ?? 0) - (b[bStart + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
