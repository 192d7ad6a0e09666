/** The chunks of a WebP file (RFC 9649 2.3). */
import type { Reader } from "../byteReader.ts";

/** One chunk: its name, where its data begin, and the length that it claims. */
export type RiffChunk = { readonly tag: string; readonly at: number; readonly length: number };

/** The chunks between two offsets. A chunk that claims to be longer than the file is given as it stands. */
export function* riffChunks(read: Reader, from: number, to: number): Generator<RiffChunk> {
  for (let at = from; at + 8 <= Math.min(to, read.length); ) {
    const length = read.u32(at + 4);
    yield { tag: read.tag(at), at: at + 8, length };
    at += 8 + length + (length & 1);
  }
}
