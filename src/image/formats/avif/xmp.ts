/**
 * Puts XMP into a still AVIF of our encoder (ISO/IEC 23008-12 A.3, ISO/IEC 14496-12 8.11): an item of the type `mime` that
 * describes the primary item. Its bytes are the last ones of the file.
 */
import type { XmpWriter } from "../../metadata/blocks.ts";
import { damaged, type Reader } from "../byteReader.ts";
import { type Box, boxesIn, boxOf, boxReader, FULL } from "./boxes.ts";

const CONTENT_TYPE = "application/rdf+xml";
const HEADER = 8;

export const avifWithXmp: XmpWriter = (file, xmp) => {
  const read = boxReader(file);
  const meta = boxOf(boxesIn(read, 0, file.length), "meta");
  if (meta === null) throw damaged("it has no meta box");
  const inside = boxesIn(read, meta.from + FULL, meta.to);
  const id = 1 + highestItem(read, needed(inside, "iinf"));
  const primary = read.u16(needed(inside, "pitm").from + FULL);
  const describes = box("cdsc", u16(id), u16(1), u16(primary));
  const rewrite = (moved: number) => {
    const parts = inside.map(({ type, from, to }) => {
      const old = { type, from, to };
      if (type === "iinf") return withEntry(read, old, 2, infe(id));
      if (type === "iloc") return withPlace(read, old, moved, id, file.length + moved, xmp.length);
      if (type === "iref") return box("iref", read.slice(from, to - from), describes);
      return read.slice(from - HEADER, to - from + HEADER);
    });
    if (boxOf(inside, "iref") === null) parts.push(box("iref", u32(0), describes));
    return box("meta", read.slice(meta.from, FULL), ...parts);
  };
  // How far what lies behind the meta box moves does not depend on the offsets that are written.
  const moved = rewrite(0).length - (meta.to - meta.from + HEADER);
  const before = file.subarray(0, meta.from - HEADER);
  return joined([before, rewrite(moved), file.subarray(meta.to), box("mdat", xmp)]);
};

/** The entry of the new item (`infe`, version 2): an item of MIME type RDF/XML without a name. */
function infe(id: number): Uint8Array {
  return box("infe", u32(2 << 24), u16(id), u16(0), text("mime"), text("\0"), text(`${CONTENT_TYPE}\0`));
}

/** A full box of version 0 that begins with a count of `size` bytes, with one entry more. */
function withEntry(read: Reader, { type, from, to }: Box, size: number, entry: Uint8Array): Uint8Array {
  const at = from + FULL;
  return box(type, read.slice(from, FULL), u16(read.u16(at) + 1), read.slice(at + size, to - at - size), entry);
}

/** `iloc` of version 0 with offsets and lengths of four bytes, as libavif writes it: all offsets moved, one more item. */
function withPlace(read: Reader, { from, to }: Box, moved: number, id: number, end: number, length: number) {
  const sizes = read.u16(from + FULL);
  if (read.u8(from) !== 0 || sizes !== 0x4400) throw damaged("its item locations are not those of our encoder");
  const count = read.u16(from + FULL + 2);
  const items: Uint8Array[] = [];
  let at = from + FULL + 4;
  for (let item = 0; item < count; item++) {
    const extents = read.u16(at + 4);
    items.push(read.slice(at, 6));
    at += 6;
    for (let extent = 0; extent < extents; extent++, at += 8) {
      items.push(u32(read.u32(at) + moved), read.slice(at + 4, 4));
    }
  }
  if (at !== to) throw damaged("its item locations have another length");
  const own = [u16(id), u16(0), u16(1), u32(end + HEADER), u32(length)];
  return box("iloc", read.slice(from, FULL + 2), u16(count + 1), ...items, ...own);
}

/** The highest number of an item in `iinf` of version 0. */
function highestItem(read: Reader, { from, to }: Box): number {
  const entries = boxesIn(read, from + FULL + 2, to).filter(({ type }) => type === "infe");
  return entries.reduce((highest, entry) => Math.max(highest, read.u16(entry.from + FULL)), 0);
}

function needed(boxes: readonly Box[], type: string): Box {
  const found = boxOf(boxes, type);
  if (found === null) throw damaged(`it has no ${type} box`);
  return found;
}

function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, HEADER);
  return joined([u32(length), text(type), ...parts]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Big-endian, as all numbers of these files. */
function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255);
}

function text(ascii: string): Uint8Array {
  return new TextEncoder().encode(ascii);
}
