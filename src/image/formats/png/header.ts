/** PNG header: the chunks before and after the image data (PNG, third edition, section 11). Nothing is inflated. */
import type { Header, Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { exifOrientation, type Orientation } from "../exif.ts";
import { pngChunks } from "./decoder/chunks.ts";

/** Colour type -> what it means, and the depths it may have (table 11.1). */
const COLOUR_TYPES: Readonly<
  Record<number, { colour: Header["colour"]; alpha: boolean; channels: number; depths: readonly number[] }>
> = {
  0: { colour: "grey", alpha: false, channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { colour: "rgb", alpha: false, channels: 3, depths: [8, 16] },
  3: { colour: "palette", alpha: false, channels: 1, depths: [1, 2, 4, 8] },
  4: { colour: "grey", alpha: true, channels: 2, depths: [8, 16] },
  6: { colour: "rgb", alpha: true, channels: 4, depths: [8, 16] },
};
/** PNG integers are below 2^31 (section 7.1). */
const MAX_SIDE = 0x7fffffff;

/** PNG bytes -> Source. Throws image_damaged for an impossible IHDR and for a file without image data. */
export function pngHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, false);
  if (read.tag(12) !== "IHDR") throw damaged("the first chunk is not IHDR");
  const [width, height, depth, type, interlace] = [
    read.u32(16),
    read.u32(20),
    read.u8(24),
    read.u8(25),
    read.u8(28),
  ] as const;
  const kind = COLOUR_TYPES[type];
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE) throw damaged(`size ${width}x${height}`);
  if (kind === undefined || !kind.depths.includes(depth)) throw damaged(`colour type ${type} with ${depth} bits`);
  if (interlace > 1) throw damaged(`interlace method ${interlace}`);
  let orientation: Orientation = 1;
  let frames = 1;
  let transparent = kind.alpha;
  let icc: Uint8Array | null = null;
  let dataAt: number | null = null;
  let palette: Uint8Array | null = null;
  let transparency: Uint8Array | null = null;
  for (const { tag, at, length } of pngChunks(read)) {
    if (tag === "IDAT") {
      dataAt ??= at - 8;
      continue;
    }
    const body = read.slice(at, length);
    if (tag === "PLTE") palette = body;
    else if (tag === "tRNS") {
      transparent = true;
      transparency = body;
    } else if (tag === "eXIf") orientation = exifOrientation(body);
    else if (tag === "acTL" && body.length >= 4) frames = Math.max(1, read.u32(at));
    else if (tag === "iCCP" && dataAt === null) icc = deflatedProfile(body);
  }
  if (dataAt === null) throw damaged("no image data");
  return {
    format: "png",
    width,
    height,
    orientation,
    frames,
    alpha: transparent,
    progressive: interlace === 1,
    colour: kind.colour,
    depth,
    interlaced: interlace === 1,
    scans: 1,
    coefficientBytes: 0,
    inflatedBytes: height * (1 + Math.ceil((width * depth * kind.channels) / 8)),
    icc,
    iccDeflated: icc !== null,
    inverted: false,
    png: { dataAt, palette, transparency, colourType: type },
  };
}

/** iCCP: name, 0, method 0, zlib stream (11.3.2.3). */
function deflatedProfile(body: Uint8Array): Uint8Array | null {
  const end = body.indexOf(0);
  return end < 1 || end > 79 || body[end + 1] !== 0 ? null : body.subarray(end + 2);
}
