/** WebP header (RFC 9649): the RIFF chunks, and the sizes out of VP8 (RFC 6386 9.1), VP8L (RFC 9649 3.4) or VP8X. */

import type { Source } from "../../picture.ts";
import type { Orientation } from "../../rendition.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";
import { exifOrientation } from "../exif.ts";

type Size = { width: number; height: number; alpha: boolean };

const VP8X_ALPHA = 0x10;
const VP8X_ANIMATION = 0x02;

/** One chunk: its name, where its data starts and how long it says it is. */
export type Chunk = { readonly tag: string; readonly at: number; readonly length: number };

/** RIFF chunks between two offsets; a chunk that says it is longer than the file is given as it stands. */
export function* riffChunks(read: Reader, from: number, to: number): Generator<Chunk> {
  for (let at = from; at + 8 <= Math.min(to, read.length); ) {
    const length = read.u32(at + 4);
    yield { tag: read.tag(at), at: at + 8, length };
    at += 8 + length + (length & 1);
  }
}

/** WebP bytes -> Source. Sides are the canvas's; the planner compares them with the first frame's. */
export function webpHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, true);
  let canvas: Size | null = null;
  let image: Size | null = null;
  let animated = false;
  let frames = 0;
  let orientation: Orientation = 1;
  let icc: Uint8Array | null = null;
  let alphaChunk = false;
  let lossless = false;
  for (const { tag, at, length } of riffChunks(read, 12, read.length)) {
    if (tag === "VP8X") {
      const flags = read.u8(at);
      animated = (flags & VP8X_ANIMATION) !== 0;
      canvas = { width: read.u24(at + 4) + 1, height: read.u24(at + 7) + 1, alpha: (flags & VP8X_ALPHA) !== 0 };
    } else if (tag === "VP8 ") image ??= lossySize(read, at);
    else if (tag === "VP8L") {
      image ??= losslessSize(read, at);
      lossless = true;
    } else if (tag === "ALPH") alphaChunk = true;
    else if (tag === "ANMF") frames++;
    else if (tag === "EXIF") orientation = exifOrientation(withoutExifPrefix(read.slice(at, length)));
    else if (tag === "ICCP") icc = read.slice(at, length);
  }
  const size = canvas ?? image;
  if (size === null || (image === null && frames === 0)) throw damaged("no image data");
  if (!animated && canvas && image && (canvas.width !== image.width || canvas.height !== image.height)) {
    throw damaged(`canvas ${canvas.width}x${canvas.height} around a picture of ${image.width}x${image.height}`);
  }
  return {
    format: "webp",
    width: size.width,
    height: size.height,
    orientation,
    frames: Math.max(1, frames),
    alpha: size.alpha || alphaChunk || (image?.alpha ?? false),
    progressive: false,
    colour: lossless ? "rgb" : "ycc",
    depth: 8,
    interlaced: false,
    scans: 1,
    coefficientBytes: 0,
    inflatedBytes: 0,
    icc,
    iccDeflated: false,
    inverted: false,
  };
}

function lossySize(read: Reader, at: number): Size {
  if (read.u24(at + 3) !== 0x2a019d) throw damaged("no VP8 start code");
  const size = { width: read.u16(at + 6) & 0x3fff, height: read.u16(at + 8) & 0x3fff, alpha: false };
  if (size.width === 0 || size.height === 0) throw damaged(`size ${size.width}x${size.height}`);
  return size;
}

function losslessSize(read: Reader, at: number): Size {
  if (read.u8(at) !== 0x2f) throw damaged("no VP8L signature");
  const bits = read.u32(at + 1);
  return {
    width: (bits & 0x3fff) + 1,
    height: ((bits >>> 14) & 0x3fff) + 1,
    alpha: ((bits >>> 28) & 1) === 1,
  };
}

/** Some writers put JPEG's "Exif\0\0" before the TIFF structure, though RFC 9649 does not ask for it. */
function withoutExifPrefix(body: Uint8Array): Uint8Array {
  return body[0] === 0x45 && body[1] === 0x78 ? body.subarray(6) : body;
}
