/** Reads numbers from bytes within their bounds. Reading past the end throws image_damaged, never a RangeError. */
import { Failure } from "../../errors.ts";

export type Reader = {
  readonly length: number;
  u8(at: number): number;
  u16(at: number): number;
  u24(at: number): number;
  u32(at: number): number;
  /** Four characters, as RIFF and PNG name their chunks. */
  tag(at: number): string;
  /** A part of the bytes, cut at their end. */
  slice(at: number, length: number): Uint8Array;
};

/** bytes -> Reader. `little`: integers are little-endian, else big-endian. */
export function createReader(bytes: Uint8Array, little: boolean): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const check = (at: number, size: number) => {
    if (at < 0 || at + size > bytes.length) throw damaged(`it ends at byte ${bytes.length}`);
  };
  const u8 = (at: number) => {
    check(at, 1);
    return view.getUint8(at);
  };
  return {
    length: bytes.length,
    u8,
    u16: (at) => {
      check(at, 2);
      return view.getUint16(at, little);
    },
    u24: (at) => {
      check(at, 3);
      const [a, b, c] = [view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2)];
      return little ? a | (b << 8) | (c << 16) : (a << 16) | (b << 8) | c;
    },
    u32: (at) => {
      check(at, 4);
      return view.getUint32(at, little);
    },
    tag: (at) => {
      check(at, 4);
      // Without a list for each: a file can have millions of tags.
      return String.fromCharCode(
        view.getUint8(at),
        view.getUint8(at + 1),
        view.getUint8(at + 2),
        view.getUint8(at + 3),
      );
    },
    slice: (at, length) => bytes.subarray(at, Math.min(bytes.length, at + length)),
  };
}

/** The one error of the header parsers. */
export function damaged(why: string): Failure {
  return new Failure("image_damaged", { why });
}
