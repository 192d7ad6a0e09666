/** Metadata in a PNG (third edition): eXIf, and XMP in iTXt (ISO 16684-3). */
import type { BlockReader } from "../../metadata/blocks.ts";
import { createReader } from "../byteReader.ts";
import { pngChunks } from "./decoder/chunks.ts";

export const XMP_KEYWORD = "XML:com.adobe.xmp";
const MOST_CHUNKS = 4_096;

/** XMP is written without compression (ISO 16684-3), and a compressed one is not read. */
export const pngBlocks: BlockReader = (bytes) => {
  let [exif, xmp]: (Uint8Array | null)[] = [null, null];
  let count = 0;
  try {
    const read = createReader(bytes, false);
    for (const { tag, at, length } of pngChunks(read)) {
      if (++count > MOST_CHUNKS) break;
      if (tag === "eXIf") exif ??= read.slice(at, length);
      else if (tag === "iTXt") xmp ??= packetOf(read.slice(at, length));
    }
  } catch {
    // A chunk that is cut. What stands before it counts.
  }
  return { exif: exif ?? null, xmp: xmp ?? null, iptc: null };
};

/** iTXt: keyword, 0, compression flag and method, language, 0, translated keyword, 0, text (11.3.3.4). */
function packetOf(body: Uint8Array): Uint8Array | null {
  for (let i = 0; i < XMP_KEYWORD.length; i++) if (body[i] !== XMP_KEYWORD.charCodeAt(i)) return null;
  const flag = XMP_KEYWORD.length + 1;
  if (body[flag - 1] !== 0 || body[flag] !== 0) return null;
  const language = body.indexOf(0, flag + 2);
  const translated = language < 0 ? -1 : body.indexOf(0, language + 1);
  return translated < 0 ? null : body.subarray(translated + 1);
}
