/** The WebP container around a lossy picture (RFC 9649, section 2). */

export type Size = { readonly width: number; readonly height: number };

/** Flags of the VP8X chunk: the picture has alpha, the file has XMP, it is an animation (2.7.1). */
export const ALPHA_FLAG = 0x10;
export const XMP_FLAG = 0x04;
export const ANIMATION_FLAG = 0x02;
const VP8X_BYTES = 10;
const CHUNK_HEADER_BYTES = 8;

export type Chunk = { readonly tag: string; readonly data: Uint8Array };

/** A VP8 frame, and an ALPH chunk's data or null -> the file. */
export function webpFile(size: Size, frame: Uint8Array, alpha: Uint8Array | null): Uint8Array {
  return stillFile(size, pictureChunks(frame, alpha));
}

/** The same as chunks: alpha comes first (2.7.1.1). */
export function pictureChunks(frame: Uint8Array, alpha: Uint8Array | null): readonly Chunk[] {
  const picture = { tag: "VP8 ", data: frame };
  return alpha === null ? [picture] : [{ tag: "ALPH", data: alpha }, picture];
}

/** The chunks of one picture -> the file. With alpha the file is an extended one (2.7). */
export function stillFile(size: Size, chunks: readonly Chunk[]): Uint8Array {
  if (!hasAlpha(chunks)) return riff(chunks);
  return riff([{ tag: "VP8X", data: extendedHeader(size, ALPHA_FLAG) }, ...chunks]);
}

export function hasAlpha(chunks: readonly Chunk[]): boolean {
  return chunks.some(({ tag }) => tag === "ALPH");
}

/** Flags and the canvas, each side less one in 24 bits. */
export function extendedHeader({ width, height }: Size, flags: number): Uint8Array {
  const data = new Uint8Array(VP8X_BYTES);
  const view = new DataView(data.buffer);
  view.setUint8(0, flags);
  view.setUint16(4, (width - 1) & 0xffff, true);
  view.setUint8(6, (width - 1) >>> 16);
  view.setUint16(7, (height - 1) & 0xffff, true);
  view.setUint8(9, (height - 1) >>> 16);
  return data;
}

/** The whole file: the chunks behind the header "RIFF", length, "WEBP" (2.4). */
export function riff(chunks: readonly Chunk[]): Uint8Array {
  const length = 4 + chunkBytes(chunks);
  const file = new Uint8Array(CHUNK_HEADER_BYTES + length);
  putTag(file, 0, "RIFF");
  new DataView(file.buffer).setUint32(4, length, true);
  putTag(file, 8, "WEBP");
  putChunks(file, 12, chunks);
  return file;
}

/** Chunks begin at even offsets: one of an odd length is followed by a zero (2.3). */
export function chunkBytes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { data }) => sum + CHUNK_HEADER_BYTES + data.length + (data.length & 1), 0);
}

/** Writes the chunks from offset `at` on. */
export function putChunks(file: Uint8Array, at: number, chunks: readonly Chunk[]): void {
  const view = new DataView(file.buffer, file.byteOffset);
  for (const { tag, data } of chunks) {
    putTag(file, at, tag);
    view.setUint32(at + 4, data.length, true);
    file.set(data, at + CHUNK_HEADER_BYTES);
    at += CHUNK_HEADER_BYTES + data.length + (data.length & 1);
  }
}

function putTag(file: Uint8Array, at: number, tag: string): void {
  for (let i = 0; i < tag.length; i++) file[at + i] = tag.charCodeAt(i);
}
