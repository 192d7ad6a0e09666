/** Metadata in a WebP (RFC 9649 2.7.1.4): the chunks EXIF and XMP. */
import type { BlockReader } from "../../metadata/blocks.ts";
import { createReader } from "../byteReader.ts";
import { withoutExifPrefix } from "./header.ts";
import { riffChunks } from "./riff.ts";

/** An animation has a chunk for each frame. */
const MOST_CHUNKS = 16_384;

export const webpBlocks: BlockReader = (bytes) => {
  let [exif, xmp]: (Uint8Array | null)[] = [null, null];
  let count = 0;
  try {
    const read = createReader(bytes, true);
    for (const { tag, at, length } of riffChunks(read, 12, read.length)) {
      if (++count > MOST_CHUNKS) break;
      if (tag === "EXIF") exif ??= withoutExifPrefix(read.slice(at, length));
      else if (tag === "XMP ") xmp ??= read.slice(at, length);
    }
  } catch {
    // A chunk that is cut. What stands before it counts.
  }
  return { exif: exif ?? null, xmp: xmp ?? null, iptc: null };
};
