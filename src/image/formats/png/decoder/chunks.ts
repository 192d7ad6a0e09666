/** The chunks of a PNG (third edition, section 5.3). No CRC is checked: browsers show files with wrong ones too. */
import { createReader, type Reader } from "../../byteReader.ts";

/** What the decoder needs to know of the chunks. */
export type PngChunks = {
  /** Offset of the first IDAT chunk. */
  readonly dataAt: number;
  /** RGB triples of a palette picture. */
  readonly palette: Uint8Array | null;
  /** tRNS: alpha of each palette entry, or the one grey or RGB sample value that is transparent. */
  readonly transparency: Uint8Array | null;
  /** 0, 2, 3, 4 or 6 (table 11.1). */
  readonly colourType: number;
};

export type PngChunk = { readonly tag: string; readonly at: number; readonly length: number };

/** Bytes of the signature and IHDR. */
const FIRST = 33;

/** The chunks from offset `from` up to IEND or the end of the file; `at` and `length` are those of the chunk's data. */
export function* pngChunks(read: Reader, from = FIRST): Generator<PngChunk> {
  for (let at = from; at + 8 <= read.length; ) {
    const length = read.u32(at);
    const tag = read.tag(at + 4);
    if (tag === "IEND") return;
    yield { tag, at: at + 8, length };
    at += 12 + length;
  }
}

/**
 * The pieces of the (default) image's data, in order. Together they are one zlib stream. They are found one by one,
 * because a file can have millions of them. A file that ends inside a piece gives what there is of it.
 */
export function* imageData(bytes: Uint8Array, dataAt: number): Generator<Uint8Array> {
  const read = createReader(bytes, false);
  for (const { tag, at, length } of pngChunks(read, dataAt)) {
    if (tag === "IDAT" && length > 0) yield read.slice(at, length);
  }
}
