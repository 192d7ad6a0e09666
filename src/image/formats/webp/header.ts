/** WebP header (RFC 9649): the RIFF chunks, and the size from VP8 (RFC 6386 9.1), VP8L (RFC 9649 3.4) or VP8X. */
import { shownDelay } from "../../animation/frames.ts";
import type { Source } from "../../header.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";
import { type Orientation, readOrientation } from "../exif.ts";
import { type RiffChunk, riffChunks } from "./riff.ts";

/** Of a frame of an animation (RFC 9649 2.7.1.1). Its own chunks follow. */
export const FRAME_HEADER_BYTES = 16;

type Size = { width: number; height: number; alpha: boolean };

const VP8X_ALPHA = 0x10;
const VP8X_ANIMATION = 0x02;

/** WebP bytes -> Source. The sides are those of the canvas. */
export function webpHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, true);
  let canvas: Size | null = null;
  let image: Size | null = null;
  let animated = false;
  let frames = 0;
  let orientation: Orientation | null = null;
  let icc: Uint8Array | null = null;
  let alphaChunk = false;
  let lossless = false;
  let durationMs = 0;
  let plays: number | null = null;
  let firstFrame: RiffChunk | null = null;
  for (const chunk of riffChunks(read, 12, read.length)) {
    const { tag, at, length } = chunk;
    if (tag === "VP8X") {
      const flags = read.u8(at);
      animated = (flags & VP8X_ANIMATION) !== 0;
      canvas = { width: read.u24(at + 4) + 1, height: read.u24(at + 7) + 1, alpha: (flags & VP8X_ALPHA) !== 0 };
    } else if (tag === "VP8 ") image ??= lossySize(read, at);
    else if (tag === "VP8L") {
      image ??= losslessSize(read, at);
      lossless = true;
    } else if (tag === "ALPH") alphaChunk = true;
    else if (tag === "ANMF") {
      frames++;
      firstFrame ??= chunk;
      if (at + FRAME_HEADER_BYTES <= read.length) durationMs += shownDelay(read.u24(at + 12));
    } else if (tag === "ANIM" && at + 6 <= read.length) plays ??= read.u16(at + 4);
    else if (tag === "EXIF") orientation ??= readOrientation(withoutExifPrefix(read.slice(at, length)));
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
    orientation: orientation ?? 1,
    frames: Math.max(1, frames),
    ...(frames > 1 ? { animation: { durationMs, plays: plays ?? 0 } } : {}),
    alpha:
      size.alpha || alphaChunk || (image?.alpha ?? false) || (firstFrame !== null && isClear(read, firstFrame, size)),
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
    webp: { firstFrame },
  };
}

/**
 * Whether an animation's first frame leaves a part of the canvas open or has alpha itself. The flag of the file is often
 * wrong about it.
 */
function isClear(read: Reader, { at, length }: RiffChunk, canvas: Size): boolean {
  if (at + FRAME_HEADER_BYTES > read.length) return false;
  const corner = read.u24(at) === 0 && read.u24(at + 3) === 0;
  if (!corner || read.u24(at + 6) + 1 < canvas.width || read.u24(at + 9) + 1 < canvas.height) return true;
  for (const chunk of riffChunks(read, at + FRAME_HEADER_BYTES, at + length)) {
    if (chunk.tag === "ALPH") return true;
    if (chunk.tag === "VP8L") return losslessSize(read, chunk.at).alpha;
    if (chunk.tag === "VP8 ") return false;
  }
  return false;
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
export function withoutExifPrefix(body: Uint8Array): Uint8Array {
  return body[0] === 0x45 && body[1] === 0x78 ? body.subarray(6) : body;
}
