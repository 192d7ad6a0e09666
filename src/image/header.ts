/** What is known of a file from its header alone. */
import type { Orientation } from "./formats/exif.ts";
import type { JpegHeader } from "./formats/jpeg/decoder/header.ts";
import type { PngChunks } from "./formats/png/decoder/chunks.ts";
import type { FormatName } from "./formats/registry.ts";
import type { RiffChunk } from "./formats/webp/riff.ts";

/** What the header says before anything is decoded. Sides as stored (before orientation), in pixels. */
export type Header = {
  readonly format: FormatName;
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly frames: number;
  readonly alpha: boolean;
  /** Progressive JPEG, interlaced PNG. */
  readonly progressive: boolean;
  readonly colour: "grey" | "rgb" | "ycc" | "cmyk" | "palette" | "unknown";
};

/** What a header parser found: the public header, what the planner counts, and what the decoders need. */
export type Source = Header & {
  /** Bits a sample. */
  readonly depth: number;
  readonly interlaced: boolean;
  /** How many passes over the coded data a decoder makes (progressive JPEG), at least 1. */
  readonly scans: number;
  /** A decoder's coefficient store at full size, in bytes (progressive JPEG), else 0. */
  readonly coefficientBytes: number;
  /** What the picture's data inflate to, in bytes (PNG), else 0. */
  readonly inflatedBytes: number;
  /** Embedded ICC profile (may still be compressed, see `iccDeflated`), or null. */
  readonly icc: Uint8Array | null;
  readonly iccDeflated: boolean;
  /** Samples are stored inverted (Adobe CMYK JPEG). */
  readonly inverted: boolean;
  /** What the parser read for its format's own decoders, so that no file is walked twice. */
  readonly jpeg?: JpegHeader;
  readonly png?: PngChunks;
  /** The first chunk "ANMF" of an animation. */
  readonly webp?: { readonly firstFrame: RiffChunk | null };
};

/** A format's header parser. Throws Failure image_damaged when the sizes cannot be known. */
export type HeaderParser = (bytes: Uint8Array) => Source;

/** The public part of a source. It holds nothing of the file, so that its bytes can be let go. */
export function headerOf(source: Source): Header {
  const { format, width, height, orientation, frames, alpha, progressive, colour } = source;
  return { format, width, height, orientation, frames, alpha, progressive, colour };
}
