/** The blocks of metadata that a file holds, each as its own standard defines it. */
import { inflate } from "../colour/inflate.ts";

/** Null: the file has no such block, or its bytes end before it. */
export type Blocks = {
  /** EXIF as TIFF bytes, from "II" or "MM" on (CIPA DC-008). */
  readonly exif: Uint8Array | null;
  /** XMP as RDF/XML in UTF-8 (ISO 16684-1). */
  readonly xmp: Uint8Array | null;
  /** Records of IPTC's Information Interchange Model 4.2, one after the other. */
  readonly iptc: Uint8Array | null;
  /** A copyright notice in a comment. Absent: no comment was looked for. */
  readonly notice?: string | null;
};

/** The blocks as they stand in the file. */
export type StoredBlocks = Blocks & {
  /** The XMP is a zlib stream (PNG). */
  readonly xmpDeflated?: boolean;
};

/** Bytes of a file, or only its first part -> its blocks. The first block of each kind counts. */
export type BlockReader = (bytes: Uint8Array) => StoredBlocks;

/** The most bytes of XMP that are read. Longer packets hold edit histories. */
export const MAX_XMP_BYTES = 262_144;

/** The same with its XMP inflated. Never throws. */
export async function inflated({ xmpDeflated = false, ...blocks }: StoredBlocks): Promise<Blocks> {
  if (blocks.xmp === null || !xmpDeflated) return blocks;
  const xmp = new Uint8Array(MAX_XMP_BYTES);
  let length = 0;
  for await (const piece of inflate([blocks.xmp])) {
    const part = piece.subarray(0, MAX_XMP_BYTES - length);
    xmp.set(part, length);
    length += part.length;
    if (length === MAX_XMP_BYTES) break;
  }
  return { ...blocks, xmp: xmp.subarray(0, length) };
}

export const NO_BLOCKS: Blocks = { exif: null, xmp: null, iptc: null };

/** For formats that have none, and for those whose blocks nobody reads here. */
export const noBlocks: BlockReader = () => NO_BLOCKS;

/** A whole file of our encoder and an XMP packet -> the file with it. */
export type XmpWriter = (file: Uint8Array, xmp: Uint8Array) => Uint8Array;

/** Bytes -> text: UTF-8 where it is that, else Latin-1, as old programs wrote. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/** The longest value that is read, in characters. A copyright notice is a sentence or two. */
const MAX_VALUE = 2_000;

/** One line without control characters, or null when nothing is left. */
export function tidy(text: string): string | null {
  const line = text
    .slice(0, 4 * MAX_VALUE)
    // The marks that reorder text would also reorder what a page writes behind it.
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  const cut = [...line.slice(0, MAX_VALUE + 1)].slice(0, MAX_VALUE).join("");
  return cut === "" ? null : cut;
}
