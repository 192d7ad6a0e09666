/** The blocks of metadata that a file holds, each as its own standard defines it. */

/** Null: the file has no such block, or its bytes end before it. */
export type Blocks = {
  /** EXIF as TIFF bytes, from "II" or "MM" on (CIPA DC-008). */
  readonly exif: Uint8Array | null;
  /** XMP as RDF/XML in UTF-8 (ISO 16684-1). */
  readonly xmp: Uint8Array | null;
  /** Records of IPTC's Information Interchange Model 4.2, one after the other. */
  readonly iptc: Uint8Array | null;
};

/** Bytes of a file, or only its first part -> its blocks. The first block of each kind counts. */
export type BlockReader = (bytes: Uint8Array) => Blocks;

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
