/** The chunks of a PNG that decoding needs (PNG, third edition, section 11). None is checked against its CRC. */
import { createReader } from "../../byteReader.ts";

export type PngChunks = {
  /** The image data's pieces, in order; together one zlib stream. */
  readonly data: readonly Uint8Array[];
  /** RGB triples of a palette picture. */
  readonly palette: Uint8Array | null;
  /** tRNS: alpha per palette entry, or the one grey or RGB sample value that is transparent. */
  readonly transparency: Uint8Array | null;
  /** 0, 2, 3, 4 or 6 (table 11.1). */
  readonly colourType: number;
};

/** PNG bytes -> the chunks of its (default) image. A file that ends inside a chunk gives what there is of it. */
export function readChunks(bytes: Uint8Array): PngChunks {
  const read = createReader(bytes, false);
  const data: Uint8Array[] = [];
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  for (let at = 33; at + 8 <= read.length; ) {
    const length = read.u32(at);
    const tag = read.tag(at + 4);
    const body = read.slice(at + 8, length);
    if (tag === "IDAT") data.push(body);
    else if (tag === "PLTE") palette = body;
    else if (tag === "tRNS") transparency = body;
    else if (tag === "IEND") break;
    at += 12 + length;
  }
  return { data, palette, transparency, colourType: read.u8(25) };
}
