/** Metadata in an AVIF: items of the types `Exif` and `mime` (ISO/IEC 23008-12 A.2, ISO/IEC 14496-12 8.11). */
import { type BlockReader, NO_BLOCKS } from "../../metadata/blocks.ts";
import type { Reader } from "../byteReader.ts";
import { type Box, boxesIn, boxOf, boxReader, FULL } from "./boxes.ts";

const XMP_TYPE = "application/rdf+xml";
/** A picture has some ten items, one of tiles some hundred. */
const MAX_ITEMS = 4_096;
/** `iloc`: the offsets are those of the file. */
const IN_FILE = 0;

export const avifBlocks: BlockReader = (bytes) => {
  try {
    const read = boxReader(bytes);
    const meta = boxOf(boxesIn(read, 0, bytes.length), "meta");
    if (meta === null) return NO_BLOCKS;
    const inside = boxesIn(read, meta.from + FULL, meta.to);
    const [names, places] = [boxOf(inside, "iinf"), boxOf(inside, "iloc")];
    if (names === null || places === null) return NO_BLOCKS;
    const { exif, xmp } = metadataItems(read, names);
    const contents = placesOf(read, places);
    const of = (id: number | null) => (id === null ? null : (contents.get(id) ?? null));
    return { exif: tiffOf(of(exif)), xmp: of(xmp), iptc: null };
  } catch {
    // A box that is cut. Of an AVIF that names its metadata badly, none is read.
    return NO_BLOCKS;
  }
};

/** The first four bytes say how far behind them the TIFF header is (A.2.1). */
function tiffOf(item: Uint8Array | null): Uint8Array | null {
  return item === null || item.length < 4 ? null : item.subarray(4 + boxReader(item).u32(0));
}

type Items = { readonly exif: number | null; readonly xmp: number | null };

/** The numbers of the items, by `iinf` and the `infe` of each (8.11.6). */
function metadataItems(read: Reader, { from, to }: Box): Items {
  const first = from + FULL + (read.u8(from) === 0 ? 2 : 4);
  let [exif, xmp]: (number | null)[] = [null, null];
  for (const entry of boxesIn(read, first, to).filter(({ type }) => type === "infe")) {
    const version = read.u8(entry.from);
    if (version < 2) continue;
    const at = entry.from + FULL;
    const id = version === 2 ? read.u16(at) : read.u32(at);
    const type = at + (version === 2 ? 4 : 6);
    if (read.tag(type) === "Exif") exif ??= id;
    else if (read.tag(type) === "mime" && contentType(read, type + 4, entry.to) === XMP_TYPE) xmp ??= id;
  }
  return { exif: exif ?? null, xmp: xmp ?? null };
}

/** Behind the item's name, both ended by a zero. */
function contentType(read: Reader, from: number, to: number): string {
  const [, type = ""] = String.fromCharCode(...read.slice(from, Math.min(256, to - from))).split("\0");
  return type;
}

/** The bytes of each item that lies in one piece in the file (`iloc`, 8.11.3). */
function placesOf(read: Reader, { from }: Box): ReadonlyMap<number, Uint8Array> {
  const version = read.u8(from);
  const [sizes, more] = [read.u8(from + FULL), read.u8(from + FULL + 1)];
  const [offsetSize, lengthSize, baseSize, indexSize] = [
    sizes >> 4,
    sizes & 15,
    more >> 4,
    version === 0 ? 0 : more & 15,
  ];
  let at = from + FULL + 2;
  const next = (size: number) => {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + read.u8(at++);
    return value;
  };
  const wide = version < 2 ? 2 : 4;
  const found = new Map<number, Uint8Array>();
  for (let left = Math.min(next(wide), MAX_ITEMS); left > 0; left--) {
    const id = next(wide);
    const method = version === 0 ? IN_FILE : next(2) & 15;
    next(2);
    const base = next(baseSize);
    const extents = next(2);
    for (let i = 0; i < extents; i++) {
      next(indexSize);
      const [offset, length] = [next(offsetSize), next(lengthSize)];
      if (extents === 1 && method === IN_FILE) found.set(id, read.slice(base + offset, length));
    }
  }
  return found;
}
