/** GIF header (GIF89a specification): logical screen, and the frames counted without decoding one. */
import type { Source } from "../../header.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";
import { still } from "../still.ts";

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;

/** GIF bytes -> Source. A file cut after its first image block still has a first frame. */
export function gifHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, true);
  const [width, height, flags] = [read.u16(6), read.u16(8), read.u8(10)];
  if (width === 0 || height === 0) throw damaged(`size ${width}x${height}`);
  let frames = 0;
  let alpha = false;
  let at = 13 + tableBytes(flags);
  while (at < read.length) {
    const block = read.u8(at);
    if (block === TRAILER) break;
    if (block === IMAGE) {
      if (at + 10 > read.length) break;
      if (frames === 0) alpha ||= !coversScreen(read, at, width, height);
      frames++;
      at = skipBlocks(read, at + 11 + tableBytes(read.u8(at + 9)));
    } else if (block === EXTENSION) {
      if (frames === 0 && at + 4 < read.length && read.u8(at + 1) === GRAPHIC_CONTROL)
        alpha ||= (read.u8(at + 3) & 1) === 1;
      at = skipBlocks(read, at + 2);
    } else break;
  }
  if (frames === 0) throw damaged("no image block");
  return { ...still("gif", width, height, { alpha, colour: "palette" }), frames };
}

function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

function coversScreen(read: Reader, at: number, width: number, height: number): boolean {
  return read.u16(at + 1) === 0 && read.u16(at + 3) === 0 && read.u16(at + 5) >= width && read.u16(at + 7) >= height;
}

/** Past a run of sub-blocks and its terminator. */
function skipBlocks(read: Reader, at: number): number {
  while (at < read.length) {
    const length = read.u8(at);
    at += 1 + length;
    if (length === 0) break;
  }
  return at;
}
