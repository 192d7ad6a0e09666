/** The parts of a lossy WebP: its VP8 chunk, and the partitions of the key frame in it. */
import { UnsupportedByDecoder } from "../../../decodeErrors.ts";
import { createReader } from "../../byteReader.ts";
import { riffChunks } from "../riff.ts";

/** `modes` is the first partition. `rest` has the sizes of the token partitions, then their data. */
export type Frame = {
  readonly width: number;
  readonly height: number;
  readonly modes: Uint8Array;
  readonly rest: Uint8Array;
};

/** Bytes of frame tag, start code and sizes (RFC 6386, 9.1). */
const HEADER_BYTES = 10;
/** Bytes of one entry in the table of token partitions (9.5). */
const SIZE_BYTES = 3;

/**
 * WebP bytes -> the key frame. Throws UnsupportedByDecoder for lossless files, alpha, animations, and headers that are
 * cut short. Walks the chunks no further than to the first that holds a part of the picture.
 */
export function readFrame(bytes: Uint8Array): Frame {
  const read = createReader(bytes, true);
  for (const { tag, at, length } of riffChunks(read, 12, bytes.length)) {
    if (tag === "VP8 ") return keyFrame(read.slice(at, length));
    if (tag === "VP8L" || tag === "ALPH" || tag === "ANMF") throw new UnsupportedByDecoder(`WebP with ${tag}`);
  }
  throw new UnsupportedByDecoder("WebP without VP8");
}

function keyFrame(data: Uint8Array): Frame {
  if (data.length < HEADER_BYTES) throw new UnsupportedByDecoder(`VP8 frame of ${data.length} bytes`);
  const read = createReader(data, true);
  const tag = read.u24(0);
  // It must be a key frame, of a profile that exists, and to be shown.
  if ((tag & 1) !== 0 || ((tag >> 1) & 7) > 3 || (tag & 0x10) === 0) throw new UnsupportedByDecoder("no VP8 key frame");
  const end = HEADER_BYTES + (tag >> 5);
  if (end > data.length) throw new UnsupportedByDecoder("VP8 modes cut short");
  return {
    width: read.u16(6) & 0x3fff,
    height: read.u16(8) & 0x3fff,
    modes: data.subarray(HEADER_BYTES, end),
    rest: data.subarray(end),
  };
}

/** The `count` token partitions. One that is cut short ends with the file. */
export function tokenPartitions(rest: Uint8Array, count: number): readonly Uint8Array[] {
  const table = (count - 1) * SIZE_BYTES;
  if (rest.length < table) throw new UnsupportedByDecoder("VP8 partitions cut short");
  const read = createReader(rest, true);
  const parts: Uint8Array[] = [];
  for (let i = 0, at = table; i < count; i++) {
    const end = i === count - 1 ? rest.length : Math.min(rest.length, at + read.u24(i * SIZE_BYTES));
    parts.push(rest.subarray(at, end));
    at = end;
  }
  return parts;
}
