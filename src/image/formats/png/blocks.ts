/** Metadata in a PNG (third edition): eXIf, and XMP in iTXt (ISO 16684-3). */
import type { BlockReader } from "../../metadata/blocks.ts";
import { createReader } from "../byteReader.ts";
import { pngChunks } from "./decoder/chunks.ts";

export const XMP_KEYWORD = "XML:com.adobe.xmp";
const MOST_CHUNKS = 4_096;

/** Older programs write XMP compressed, as zTXt. */
export const pngBlocks: BlockReader = (bytes) => {
  let exif: Uint8Array | null = null;
  let packet: Packet | null = null;
  let count = 0;
  try {
    const read = createReader(bytes, false);
    for (const { tag, at, length } of pngChunks(read)) {
      if (++count > MOST_CHUNKS) break;
      if (tag === "eXIf") exif ??= read.slice(at, length);
      else if (tag === "iTXt" || tag === "zTXt") packet ??= packetOf(tag, read.slice(at, length));
    }
  } catch {
    // A chunk that is cut. What stands before it counts.
  }
  return { exif, xmp: packet?.text ?? null, xmpDeflated: packet?.deflated ?? false, iptc: null };
};

type Packet = { readonly text: Uint8Array; readonly deflated: boolean };

/**
 * zTXt: keyword, 0, method, text (11.3.3.3). iTXt: keyword, 0, flag, method, language, 0, translated keyword, 0, text
 * (11.3.3.4).
 */
function packetOf(tag: "iTXt" | "zTXt", body: Uint8Array): Packet | null {
  const end = XMP_KEYWORD.length;
  for (let i = 0; i < end; i++) if (body[i] !== XMP_KEYWORD.charCodeAt(i)) return null;
  if (body[end] !== 0) return null;
  if (tag === "zTXt") return { text: body.subarray(end + 2), deflated: true };
  const language = body.indexOf(0, end + 3);
  const translated = language < 0 ? -1 : body.indexOf(0, language + 1);
  return translated < 0 ? null : { text: body.subarray(translated + 1), deflated: body[end + 1] === 1 };
}
