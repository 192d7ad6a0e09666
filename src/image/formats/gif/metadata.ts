/** Metadata in a GIF: XMP in an application extension (ISO 16684-3, Adobe XMP part 3 1.1.2), and comments (GIF89a 24). */
import { type BlockReader, MAX_XMP_BYTES } from "../../metadata/blocks.ts";
import { noticeOf } from "../../metadata/notice.ts";
import { type GifData, readScreen, walkBlocks } from "./blocks.ts";

/** After so many blocks nothing is looked for any more. */
const MOST_BLOCKS = 4_096;
/** Behind an XMP packet stand 1, 255, 254, … 0 and 0. Whatever byte of the packet is read as a length leads into them. */
const XMP_TRAILER_BYTES = 258;
const LESS_THAN = 0x3c;

/** What stands behind many frames is not found in the first part of a file. */
export const gifBlocks: BlockReader = (bytes) => {
  let xmp: Uint8Array | null = null;
  let notice: string | null = null;
  let count = 0;
  try {
    for (const block of walkBlocks(bytes, readScreen(bytes))) {
      if (++count > MOST_BLOCKS || (xmp !== null && notice !== null)) break;
      if (block.kind === "xmp") xmp ??= packetOf(bytes, block);
      else if (block.kind === "comment") notice ??= noticeOf(joined(bytes, block));
    }
  } catch {
    // The file ends within its screen.
  }
  return { exif: null, xmp, iptc: null, notice };
};

/** The packet stands in the file as it is, without lengths. Some programs write sub-blocks with lengths nevertheless. */
function packetOf(bytes: Uint8Array, { data, end }: GifData): Uint8Array {
  if (bytes[data] !== LESS_THAN || bytes[data + 1] === LESS_THAN) return joined(bytes, { data, end });
  const trailer = end - XMP_TRAILER_BYTES;
  const isWhole = trailer > data && bytes[trailer] === 1 && bytes[trailer + 1] === 0xff && bytes[end - 1] === 0;
  return bytes.subarray(data, isWhole ? trailer : end);
}

/** The bytes of sub-blocks without their lengths (GIF89a 15), as many as are read of XMP. */
function joined(bytes: Uint8Array, { data, end }: Pick<GifData, "data" | "end">): Uint8Array {
  const last = Math.max(data, Math.min(end, data + MAX_XMP_BYTES));
  const whole = new Uint8Array(last - data);
  let length = 0;
  for (let at = data; at < last; ) {
    const size = bytes[at] ?? 0;
    const part = bytes.subarray(at + 1, Math.min(last, at + 1 + size));
    whole.set(part, length);
    length += part.length;
    at += 1 + size;
  }
  return whole.subarray(0, length);
}
