/// <reference path="../../../types/omggif.d.ts" />
/** GIF: the first frame by omggif, on a transparent screen. */
import { GifReader } from "omggif";
import { type Decode, stillPicture } from "../../picture.ts";
import { resizeWhole } from "../../resize/whole.ts";
import { damaged } from "../byteReader.ts";

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;

/** GIF bytes -> the view's pixels. What a cut file does not hold stays transparent. */
export const decodeGif: Decode = async (bytes, source, { view }, clock) => {
  const { only, truncated } = firstFrameOnly(bytes);
  const data = new Uint8Array(source.width * source.height * 4);
  try {
    new GifReader(only).decodeAndBlitFrameRGBA(0, data);
  } catch (error) {
    // omggif writes what it has decoded before it stops, so a cut frame still shows.
    if (!truncated) throw damaged(error instanceof Error ? error.message : "its frame cannot be decoded");
  }
  clock.lap("decode");
  const alpha = source.alpha || truncated;
  const pixels = await resizeWhole({ width: source.width, height: source.height, data, alpha }, source, view);
  clock.lap("resize");
  return { picture: stillPicture(pixels), truncated };
};

/** The file up to the end of its first image, closed; omggif would else read (and keep) every frame. */
function firstFrameOnly(bytes: Uint8Array): { only: Uint8Array; truncated: boolean } {
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + table(bytes[10] ?? 0);
  for (;;) {
    const image = bytes[at] === IMAGE;
    if (!image && bytes[at] !== EXTENSION) throw damaged("no image block");
    at += image ? 11 + table(bytes[at + 9] ?? 0) : 2;
    let length = -1;
    while (at < bytes.length && length !== 0) {
      length = bytes[at] ?? 0;
      at += 1 + length;
    }
    if (length !== 0) return { only: closed(bytes, at), truncated: true };
    if (image) return { only: closed(bytes.subarray(0, at), at - 1), truncated: false };
  }
}

/** The bytes with a block terminator at `end` (a cut sub-block filled up with zeros) and the trailer after it. */
function closed(bytes: Uint8Array, end: number): Uint8Array {
  const whole = new Uint8Array(end + 2);
  whole.set(bytes);
  whole[end] = 0;
  whole[end + 1] = TRAILER;
  return whole;
}
