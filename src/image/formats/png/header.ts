/** PNG header: the chunks before and after the image data (PNG, third edition, section 11). Nothing is inflated. */
import { Failure } from "../../../errors.ts";
import type { Header, Source } from "../../header.ts";
import { createReader, damaged, type Reader } from "../byteReader.ts";
import { type Orientation, readOrientation } from "../exif.ts";
import { type ColourChunks, cicpProfile, gammaProfile } from "./colour.ts";
import { pngChunks } from "./decoder/chunks.ts";
import { frameControl } from "./decoder/frameControl.ts";

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

/** The first chunk of PNGs in applications for iOS. Their samples are in another order and have no zlib header. */
const APPLE = "CgBI";

/**
 * PNG bytes -> Source. Throws image_damaged for an impossible IHDR and for a file without image data or palette,
 * format_unsupported for Apple's own variant.
 */
export function pngHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, false);
  if (read.tag(12) === APPLE) throw new Failure("format_unsupported", { value: "PNG of iOS applications (CgBI)" });
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
  const grey = kind.colour === "grey";
  const chunks = readChunks(read, kind.colour === "palette");
  const { dataAt, palette } = chunks;
  if (dataAt === null) throw damaged("no image data");
  if (kind.colour === "palette" && palette === null) throw damaged("no palette");
  const transparency = validTransparency(chunks, type, depth);
  const cicp = cicpProfile(chunks, grey);
  const icc = cicp === null && chunks.icc !== null ? deflatedProfile(chunks.icc) : null;
  return {
    format: "png",
    width,
    height,
    orientation: chunks.orientation ?? 1,
    frames: chunks.frames,
    ...(chunks.frames > 1 ? { animation: chunks.animation } : {}),
    alpha: kind.alpha || transparency !== null,
    progressive: interlace === 1,
    colour: kind.colour,
    depth,
    interlaced: interlace === 1,
    scans: 1,
    coefficientBytes: 0,
    inflatedBytes: height * (1 + Math.ceil((width * depth * kind.channels) / 8)),
    icc,
    iccDeflated: icc !== null,
    profile: cicp ?? (chunks.srgb ? null : gammaProfile(chunks, grey)),
    inverted: false,
    png: { dataAt, palette, transparency, colourType: type },
  };
}

type Chunks = ColourChunks & {
  readonly dataAt: number | null;
  readonly palette: Uint8Array | null;
  readonly transparency: Uint8Array | null;
  readonly icc: Uint8Array | null;
  readonly srgb: boolean;
  readonly orientation: Orientation | null;
  readonly frames: number;
  readonly animation: NonNullable<Source["animation"]>;
};

/**
 * The first chunk of each kind counts. Only eXIf and frames may come after the image data. tRNS of a palette picture
 * must come after the palette (table 5.3).
 */
function readChunks(read: Reader, hasPalette: boolean): Chunks {
  const found = new Map<string, Uint8Array>();
  let dataAt: number | null = null;
  let orientation: Orientation | null = null;
  let frames = 0;
  let durationMs = 0;
  for (const { tag, at, length } of pngChunks(read)) {
    if (tag === "IDAT") dataAt ??= at - 8;
    else if (tag === "fcTL") {
      const control = frameControl(read, at, length);
      if (frames < announcedFrames(found.get("acTL") ?? null)) durationMs += control?.delayMs ?? 0;
      frames++;
    } else if (tag === "eXIf") orientation ??= readOrientation(read.slice(at, length));
    else if (dataAt === null && COUNTED.has(tag) && !found.has(tag)) {
      if (tag === "tRNS" && hasPalette && !found.has("PLTE")) continue;
      found.set(tag, read.slice(at, length));
    }
  }
  const of = (tag: string) => found.get(tag) ?? null;
  return {
    dataAt,
    palette: of("PLTE"),
    transparency: of("tRNS"),
    icc: of("iCCP"),
    srgb: found.has("sRGB"),
    cicp: of("cICP"),
    gamma: of("gAMA"),
    chromaticities: of("cHRM"),
    orientation,
    frames: Math.max(1, Math.min(announcedFrames(of("acTL")), frames)),
    animation: { durationMs, plays: plays(of("acTL")) },
  };
}

/** Chunks before the image data that say something about its pixels. */
const COUNTED: ReadonlySet<string> = new Set(["PLTE", "tRNS", "iCCP", "sRGB", "cICP", "gAMA", "cHRM", "acTL"]);
const ACTL_BYTES = 8;

/** The frames that acTL announces. With an invalid acTL the file is a still (11.3.6.1). */
function announcedFrames(control: Uint8Array | null): number {
  return control?.length === ACTL_BYTES ? createReader(control, false).u32(0) : 1;
}

/** How often the animation is shown, 0 = without end. */
function plays(control: Uint8Array | null): number {
  return control?.length === ACTL_BYTES ? createReader(control, false).u32(4) : 1;
}

/** Bytes of tRNS by colour type; of a palette picture at most one for each entry, and no more entries than samples. */
function validTransparency({ transparency, palette }: Chunks, type: number, depth: number): Uint8Array | null {
  const length = transparency?.length ?? 0;
  const entries = Math.min(2 ** depth, Math.floor((palette?.length ?? 0) / 3));
  const valid: Readonly<Record<number, boolean>> = {
    0: length === 2,
    2: length === 6,
    3: length > 0 && length <= entries,
  };
  return valid[type] === true ? transparency : null;
}

/** iCCP: name, 0, method 0, zlib stream (11.3.2.3). */
function deflatedProfile(body: Uint8Array): Uint8Array | null {
  const end = body.indexOf(0);
  return end < 1 || end > 79 || body[end + 1] !== 0 ? null : body.subarray(end + 2);
}
