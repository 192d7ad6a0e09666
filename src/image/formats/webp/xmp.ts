/** Puts XMP into a still WebP (RFC 9649 2.7): a file with metadata is an extended one. */
import type { XmpWriter } from "../../metadata/blocks.ts";
import { createReader } from "../byteReader.ts";
import { ALPHA_FLAG, type Chunk, extendedHeader, riff, XMP_FLAG } from "./container.ts";
import { webpHeader } from "./header.ts";
import { riffChunks } from "./riff.ts";

export const webpWithXmp: XmpWriter = (file, xmp) => {
  const read = createReader(file, true);
  const chunks: Chunk[] = [...riffChunks(read, 12, file.length)].map(({ tag, at, length }) => ({
    tag,
    data: read.slice(at, length),
  }));
  const { width, height, alpha } = webpHeader(file);
  const [first, ...rest] = chunks;
  const flags = (first?.tag === "VP8X" ? (first.data[0] ?? 0) : alpha ? ALPHA_FLAG : 0) | XMP_FLAG;
  const extended = { tag: "VP8X", data: extendedHeader({ width, height }, flags) };
  return riff([extended, ...(first?.tag === "VP8X" ? rest : chunks), { tag: "XMP ", data: xmp }]);
};
