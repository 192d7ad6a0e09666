/** JPEG header (ITU T.81 annex B; JFIF; Adobe TN 5116 for APP14; ICC.1 annex B.4 for APP2). */
import { Failure } from "../../../errors.ts";
import type { Source } from "../../picture.ts";
import type { Header, Orientation } from "../../rendition.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";
import { exifOrientation } from "../exif.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const PROGRESSIVE = 0xc2;
/** Frames that are named but not decoded (T.81 table B.1). */
const UNDECODED_FRAMES: Readonly<Record<number, string>> = {
  195: "lossless",
  197: "hierarchical",
  198: "hierarchical",
  199: "hierarchical",
  201: "arithmetic-coded",
  202: "arithmetic-coded",
  203: "lossless",
  205: "hierarchical",
  206: "hierarchical",
  207: "hierarchical",
};
/** What else stands in 0xC0..0xCF is a frame we do not decode, except DHT, JPG and DAC. */
const NOT_FRAMES = new Set([0xc4, 0xc8, 0xcc]);
/** Pieces of a profile are numbered in one byte (ICC.1 B.4); a file may hold a million segments that pretend. */
const MAX_PROFILE_CHUNKS = 255;

type Component = { readonly id: number; readonly h: number; readonly v: number };
type Frame = { marker: number; width: number; height: number; depth: number; components: Component[] };

/** JPEG bytes -> Source. Counts the scans of a progressive file, so that a scan bomb is seen before decoding. */
export function jpegHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, false);
  let at = 2;
  let frame: Frame | null = null;
  let orientation: Orientation = 1;
  let adobe: number | null = null;
  const profile: Uint8Array[] = [];
  for (;;) {
    at = nextMarker(bytes, at);
    const marker = read.u8(at - 1);
    if (marker === SOS) break;
    if (marker === EOI) throw damaged("no scan before the end of image");
    if (marker === SOI || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    const length = read.u16(at);
    if (length < 2) throw damaged("a segment without length");
    const body = read.slice(at + 2, length - 2);
    if (marker >= 0xc0 && marker <= 0xcf && !NOT_FRAMES.has(marker)) frame ??= readFrame(read, at + 2, marker);
    else if (marker === APP1 && startsWith(body, "Exif\0\0")) orientation = exifOrientation(body.subarray(6));
    else if (marker === APP2 && startsWith(body, "ICC_PROFILE\0")) {
      // One more than there can be is kept, so that the profile is seen to be none.
      if (profile.length <= MAX_PROFILE_CHUNKS) profile.push(body);
    } else if (marker === APP14 && startsWith(body, "Adobe") && body.length >= 12) adobe = body[11] ?? null;
    at += length;
  }
  if (frame === null) throw damaged("no frame header before the first scan");
  return describe(frame, orientation, adobe, joinProfile(profile), countScans(bytes, at, frame));
}

function describe(
  frame: Frame,
  orientation: Orientation,
  adobe: number | null,
  icc: Uint8Array | null,
  scans: number,
): Source {
  const progressive = frame.marker === PROGRESSIVE;
  return {
    format: "jpeg",
    width: frame.width,
    height: frame.height,
    orientation,
    frames: 1,
    alpha: false,
    progressive,
    colour: colourOf(frame, adobe),
    depth: frame.depth,
    interlaced: false,
    scans,
    coefficientBytes: progressive ? 2 * samples(frame) : 0,
    inflatedBytes: 0,
    icc,
    iccDeflated: false,
    inverted: adobe !== null && frame.components.length === 4,
  };
}

/** Offset just after the next marker's second byte, skipping fill bytes and stray data (T.81 B.1.1.2). */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at !== -1 && at + 1 < bytes.length) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff) return at + 2;
    at = bytes.indexOf(0xff, at + 1);
  }
  throw damaged("no scan");
}

function readFrame(read: Reader, at: number, marker: number): Frame {
  const frame: Frame = {
    marker,
    depth: read.u8(at),
    height: read.u16(at + 1),
    width: read.u16(at + 3),
    components: [],
  };
  const count = read.u8(at + 5);
  for (let i = 0; i < count; i++) {
    const sampling = read.u8(at + 7 + 3 * i);
    frame.components.push({ id: read.u8(at + 6 + 3 * i), h: sampling >> 4, v: sampling & 15 });
  }
  const undecoded = UNDECODED_FRAMES[marker] ?? (frame.depth === 8 ? null : `${frame.depth}-bit`);
  if (undecoded !== null) throw new Failure("format_unsupported", { value: `JPEG (${undecoded})` });
  if (frame.width === 0 || frame.height === 0) throw damaged(`size ${frame.width}x${frame.height}`);
  if (![1, 3, 4].includes(count)) throw damaged(`${count} colour components`);
  if (frame.components.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw damaged("impossible sampling");
  return frame;
}

function colourOf({ components }: Frame, adobe: number | null): Header["colour"] {
  if (components.length === 1) return "grey";
  if (components.length === 4) return "cmyk";
  const ids = components.map(({ id }) => String.fromCharCode(id)).join("");
  return adobe === 0 || (adobe === null && ids === "RGB") ? "rgb" : "ycc";
}

/** Samples of all components at full size, in whole MCUs. */
function samples({ width, height, components }: Frame): number {
  const hMax = Math.max(...components.map(({ h }) => h));
  const vMax = Math.max(...components.map(({ v }) => v));
  const mcus = Math.ceil(width / (8 * hMax)) * Math.ceil(height / (8 * vMax));
  return mcus * 64 * components.reduce((sum, { h, v }) => sum + h * v, 0);
}

/** Scans of a progressive file from the first on; a sequential file is read once whatever it holds. */
function countScans(bytes: Uint8Array, from: number, frame: Frame): number {
  if (frame.marker !== PROGRESSIVE) return 1;
  let scans = 1;
  let at = bytes.indexOf(0xff, from);
  while (at !== -1) {
    if (bytes[at + 1] === SOS) scans++;
    at = bytes.indexOf(0xff, at + 1);
  }
  return scans;
}

/** APP2 chunks -> one profile, or null when one is missing (ICC.1 B.4: number, count, data). */
function joinProfile(chunks: readonly Uint8Array[]): Uint8Array | null {
  if (chunks.length === 0 || chunks.length > MAX_PROFILE_CHUNKS) return null;
  const ordered = [...chunks].sort((a, b) => (a[12] ?? 0) - (b[12] ?? 0));
  if (ordered.some((chunk, i) => chunk[12] !== i + 1 || chunk[13] !== ordered.length)) return null;
  const parts = ordered.map((chunk) => chunk.subarray(14));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function startsWith(body: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (body[i] !== text.charCodeAt(i)) return false;
  return true;
}
