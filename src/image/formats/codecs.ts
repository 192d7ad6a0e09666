/** The code for each name in registry.ts: header parsers, decoders and encoders. A missing row does not compile. */
import type { FrameReader, StartAnimation } from "../animation/frames.ts";
import type { HeaderParser } from "../header.ts";
import { type BlockReader, type Blocks, inflated, NO_BLOCKS, noBlocks, type XmpWriter } from "../metadata/blocks.ts";
import type { DecodeCost, Decoder, Encode } from "../picture.ts";
import { avifBlocks } from "./avif/blocks.ts";
import { avifHeader } from "./avif/header.ts";
import { avifWithXmp } from "./avif/xmp.ts";
import { bmpMemory, decodeBmp } from "./bmp/decode.ts";
import { bmpHeader } from "./bmp/header.ts";
import { ddsHeader } from "./dds/header.ts";
import { farbfeldHeader } from "./farbfeld/header.ts";
import { decodeGif } from "./gif/decode.ts";
import { GIF_FRAMES } from "./gif/frames.ts";
import { gifHeader } from "./gif/header.ts";
import { gifBlocks } from "./gif/metadata.ts";
import { decodeIco, icoMemory } from "./ico/decode.ts";
import { icoHeader } from "./ico/header.ts";
import { jpegBlocks } from "./jpeg/blocks.ts";
import { decodeJpeg, jpegMemory } from "./jpeg/decode.ts";
import { encodeJpeg } from "./jpeg/encode.ts";
import { jpegHeader } from "./jpeg/header.ts";
import { decodeTurbo, turboMemory } from "./jpeg/turbo.ts";
import { jpegWithXmp } from "./jpeg/xmp.ts";
import { jxlBlocks } from "./jxl/blocks.ts";
import { jxlHeader } from "./jxl/header.ts";
import { pngBlocks } from "./png/blocks.ts";
import { decodePng, pngMemory } from "./png/decode.ts";
import { encodePng } from "./png/encode.ts";
import { PNG_FRAMES } from "./png/frames.ts";
import { pngHeader } from "./png/header.ts";
import { pngWithXmp } from "./png/xmp.ts";
import { pnmHeader } from "./pnm/header.ts";
import { radianceHeader } from "./radiance/header.ts";
import type { DecoderName, FormatName, InputFormat, OutputFormat } from "./registry.ts";
import { svgHeader } from "./svg/header.ts";
import { svgBlocks } from "./svg/metadata.ts";
import { tiffBlocks } from "./tiff/blocks.ts";
import { decodeTiff, tiffMemory } from "./tiff/decode.ts";
import { tiffHeader } from "./tiff/header.ts";
import { startAnimation } from "./webp/animation/encode.ts";
import { webpBlocks } from "./webp/blocks.ts";
import { decodeWebp, webpMemory } from "./webp/decode.ts";
import { encodeWebp } from "./webp/encode.ts";
import { WEBP_FRAMES } from "./webp/frames.ts";
import { webpHeader } from "./webp/header.ts";
import { decodeVp8, vp8Memory } from "./webp/vp8.ts";
import { webpWithXmp } from "./webp/xmp.ts";

export const HEADER_PARSERS = {
  jpeg: jpegHeader,
  png: pngHeader,
  webp: webpHeader,
  gif: gifHeader,
  bmp: bmpHeader,
  tiff: tiffHeader,
  ico: icoHeader,
  avif: avifHeader,
  jxl: jxlHeader,
  pnm: pnmHeader,
  farbfeld: farbfeldHeader,
  radiance: radianceHeader,
  dds: ddsHeader,
  svg: svgHeader,
} as const satisfies Record<InputFormat, HeaderParser>;

/** Peak bytes: the file, and the screen with 4 bytes a pixel. */
const gifMemory = ({ source, fileBytes }: DecodeCost) => fileBytes + 4 * source.width * source.height;

/** Peak bytes in this Worker of what the heavy Worker decodes: the file once more on its way, and the view's pixels. */
const heavyMemory = ({ fileBytes, view }: DecodeCost) => 2 * fileBytes + 4 * view.width * view.height;
const HEAVY = { decode: "heavy", memoryBytes: heavyMemory, shrinks: false, countsRows: true } as const;

/** The descriptor of a format names its decoders, in the order in which they are tried. */
export const DECODERS = {
  jpeg: { decode: decodeJpeg, memoryBytes: jpegMemory, shrinks: true, countsRows: false },
  turbo: { decode: decodeTurbo, memoryBytes: turboMemory, shrinks: true, countsRows: false },
  png: { decode: decodePng, memoryBytes: pngMemory, shrinks: false, countsRows: false },
  vp8: { decode: decodeVp8, memoryBytes: vp8Memory, shrinks: false, countsRows: true },
  webp: { decode: decodeWebp, memoryBytes: webpMemory, shrinks: false, countsRows: false },
  gif: { decode: decodeGif, memoryBytes: gifMemory, shrinks: false, countsRows: false },
  bmp: { decode: decodeBmp, memoryBytes: bmpMemory, shrinks: false, countsRows: false },
  ico: { decode: decodeIco, memoryBytes: icoMemory, shrinks: false, countsRows: false },
  tiff: { decode: decodeTiff, memoryBytes: tiffMemory, shrinks: false, countsRows: false },
  resvg: HEAVY,
  libavif: HEAVY,
  jxlOxide: HEAVY,
  rare: HEAVY,
} as const satisfies Record<DecoderName, Decoder>;

/** The formats of which we read more than one frame. */
export const FRAME_READERS = {
  gif: GIF_FRAMES,
  png: PNG_FRAMES,
  webp: WEBP_FRAMES,
} as const satisfies Partial<Record<InputFormat, FrameReader>>;

/** The formats of which we write more than one frame: those whose descriptor says `animation`. */
export const ANIMATION_ENCODERS = {
  webp: startAnimation,
} as const satisfies Partial<Record<OutputFormat, StartAnimation>>;

/** Metadata that a file holds. The first part of a file is enough for most of it. */
export const BLOCK_READERS = {
  jpeg: jpegBlocks,
  png: pngBlocks,
  webp: webpBlocks,
  tiff: tiffBlocks,
  avif: avifBlocks,
  gif: gifBlocks,
  bmp: noBlocks,
  ico: noBlocks,
  jxl: jxlBlocks,
  pnm: noBlocks,
  farbfeld: noBlocks,
  radiance: noBlocks,
  dds: noBlocks,
  svg: svgBlocks,
} as const satisfies Record<InputFormat, BlockReader>;

/** How the formats that we write take rights. */
export const XMP_WRITERS = {
  webp: webpWithXmp,
  jpeg: jpegWithXmp,
  png: pngWithXmp,
  avif: avifWithXmp,
} as const satisfies Record<OutputFormat, XmpWriter>;

/** Encoders of stills: they take the first frame. */
export const ENCODERS = {
  webp: ({ frames: [first] }, order) => encodeWebp(first.pixels, order),
  jpeg: ({ frames: [first] }, { quality }) => encodeJpeg(first.pixels, quality),
  png: ({ frames: [first] }) => encodePng(first.pixels),
  // The heavy Worker has the encoder (rendition/encodeInHeavy.ts).
  avif: () => Promise.reject(new Error("this Worker has no AVIF encoder")),
} as const satisfies Record<OutputFormat, Encode>;

/** The blocks of metadata of a file in this format; none for one that we recognise but do not decode. Never throws. */
export async function blocksOf(format: FormatName, bytes: Uint8Array): Promise<Blocks> {
  return Object.hasOwn(BLOCK_READERS, format) ? inflated(BLOCK_READERS[format as InputFormat](bytes)) : NO_BLOCKS;
}

/** The parser of a format's header, or null for a format that we recognise but do not decode. */
export function parserOf(format: FormatName): HeaderParser | null {
  return Object.hasOwn(HEADER_PARSERS, format) ? HEADER_PARSERS[format as InputFormat] : null;
}
