/** Boxes of ISO base media files (ISO/IEC 14496-12 4.2). */
import { createReader, damaged, type Reader } from "../byteReader.ts";

/** `from` and `to`: the contents, without the box's header. */
export type Box = { readonly type: string; readonly from: number; readonly to: number };

/** The most boxes of one container that are read. */
const MAX_BOXES = 4_096;

/** The boxes between two offsets, in order. A box that reaches over the end is cut there. Throws image_damaged. */
export function boxesIn(read: Reader, from: number, to: number): readonly Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to; ) {
    if (boxes.length >= MAX_BOXES) throw damaged(`over ${MAX_BOXES} boxes in one`);
    const short = read.u32(at);
    const type = read.tag(at + 4);
    const isLong = short === 1;
    const size = isLong ? read.u32(at + 8) * 2 ** 32 + read.u32(at + 12) : short === 0 ? to - at : short;
    const header = isLong ? 16 : 8;
    if (size < header) throw damaged(`a box of ${size} bytes`);
    boxes.push({ type, from: at + header, to: Math.min(to, at + size) });
    at += size;
  }
  return boxes;
}

/** The first box of a type, or null. */
export function boxOf(boxes: readonly Box[], type: string): Box | null {
  return boxes.find((box) => box.type === type) ?? null;
}

/** Where the contents of a full box begin: after its version and flags. */
export const FULL = 4;

/** A reader of the big-endian numbers of these files. */
export function boxReader(bytes: Uint8Array): Reader {
  return createReader(bytes, false);
}
