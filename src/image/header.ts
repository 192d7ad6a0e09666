/** The properties of a file that its header gives. */
import type { Profile } from "./colour/icc/profile.ts";
import type { Coding } from "./formats/avif/properties.ts";
import type { Dib } from "./formats/bmp/dib.ts";
import type { Orientation } from "./formats/exif.ts";
import type { IconEntry } from "./formats/ico/directory.ts";
import type { JpegHeader } from "./formats/jpeg/decoder/header.ts";
import type { PngChunks } from "./formats/png/decoder/chunks.ts";
import type { FormatName } from "./formats/registry.ts";
import type { Level } from "./formats/tiff/directory/levels.ts";
import type { RiffChunk } from "./formats/webp/riff.ts";

/** The public properties. Sides are as stored (before orientation), in pixels. */
export type Header = {
  readonly format: FormatName;
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly frames: number;
  readonly alpha: boolean;
  /** Progressive JPEG, interlaced PNG. */
  readonly progressive: boolean;
  readonly colour: "grey" | "rgb" | "ycc" | "cmyk" | "lab" | "palette" | "unknown";
};

/**
 * The result of a header parser: the public header, and the values that the planner and the decoders need. Of a format that
 * is drawn at any size the sides may have fractions.
 */
export type Source = Header & {
  /** It moves, and its frames were not counted: `frames` is 1, for the first one. Of formats of which only that is shown. */
  readonly moves?: boolean;
  /** Of a file with several frames: how long they are shown in all, and how often, 0 = without end. */
  readonly animation?: { readonly durationMs: number; readonly plays: number };
  /** Bits a sample. */
  readonly depth: number;
  readonly interlaced: boolean;
  /** How many passes over the coded data a decoder makes (progressive JPEG), at least 1. */
  readonly scans: number;
  /** A decoder's coefficient store at full size, in bytes (progressive JPEG), else 0. */
  readonly coefficientBytes: number;
  /** Size of the picture's data after inflation, in bytes (PNG), else 0. */
  readonly inflatedBytes: number;
  /** Embedded ICC profile (may still be compressed, see `iccDeflated`), or null. */
  readonly icc: Uint8Array | null;
  readonly iccDeflated: boolean;
  /** The colours that the header itself describes (PNG's cICP and gAMA). They count when no ICC profile can be read. */
  readonly profile?: Profile | null;
  /** The most pixels that its decoder has memory for, where that depends on the file. */
  readonly mostPixels?: number;
  /** Samples are stored inverted (Adobe CMYK JPEG). */
  readonly inverted: boolean;
  /** What the parser read for the decoders of its format, so that no file is parsed twice. */
  readonly jpeg?: JpegHeader;
  readonly png?: PngChunks;
  readonly bmp?: Dib;
  readonly ico?: readonly IconEntry[];
  /** The first page, and then smaller versions of it. */
  readonly tiff?: readonly [Level, ...Level[]];
  readonly avif?: Coding;
  /** The first chunk "ANMF" of an animation. */
  readonly webp?: { readonly firstFrame: RiffChunk | null };
};

/** A format's header parser. Throws Failure image_damaged when the sizes cannot be known. */
export type HeaderParser = (bytes: Uint8Array) => Source;

/** The public part of a source. It has no reference to the file, so the memory of the file can be freed. */
export function headerOf(source: Source): Header {
  const { format, orientation, frames, alpha, progressive, colour } = source;
  const [width, height] = [source.width, source.height].map((side) => Math.max(1, Math.round(side))) as [
    number,
    number,
  ];
  return { format, width, height, orientation, frames, alpha, progressive, colour };
}

/** A picture that is there to count readers, or to stand for nothing. */
export function isOnePixel({ width, height }: Pick<Header, "width" | "height">): boolean {
  return width === 1 && height === 1;
}
