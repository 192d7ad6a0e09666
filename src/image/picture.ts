/** The picture values that pass between the steps of the engine. */
import type { Header } from "./rendition.ts";

/** A rectangle in pixels; `left` and `top` count from the upper left corner. */
export type Rect = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/**
 * What a decoder is asked for: a part of the picture as stored (before orientation) at the size it is to have.
 * `window` may have fractions; `bounds` are whole pixels outside of which no filter tap reads (the crop, or everything).
 */
export type View = {
  readonly window: Rect;
  readonly bounds: Rect;
  readonly width: number;
  readonly height: number;
};

/** RGBA, 8 bits a channel, straight alpha, rows from the top, no padding between rows. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** False promises that every pixel is opaque. */
  readonly alpha: boolean;
};

/** What a decoder gives: the view's picture, and whether the source ended early or was damaged. */
export type Decoded = { readonly pixels: Pixels; readonly truncated: boolean };

/** What a header parser found: the public header and what only the engine needs. */
export type Source = Header & {
  /** Bits a sample. */
  readonly depth: number;
  readonly interlaced: boolean;
  /** How many passes over the coded data a decoder makes (progressive JPEG), at least 1. */
  readonly scans: number;
  /** Decoder's own coefficient store at full size, in bytes (progressive JPEG), else 0. */
  readonly coefficientBytes: number;
  /** What the picture's data inflate to, in bytes (PNG), else 0. */
  readonly inflatedBytes: number;
  /** Embedded ICC profile (may still be compressed, see `iccDeflated`), or null. */
  readonly icc: Uint8Array | null;
  readonly iccDeflated: boolean;
  /** Samples are stored inverted (Adobe CMYK JPEG). */
  readonly inverted: boolean;
};

/** A format's header parser. Throws Failure image_damaged when the sizes cannot be known. */
export type HeaderParser = (bytes: Uint8Array) => Source;

/** Accumulates CPU time by stage; `lap` books the time since the last lap. */
export type Stopwatch = { lap(stage: "decode" | "resize" | "encode"): void };

/** What the plan says to a decoder: the view, and the eighths of the stored size a JPEG is to be decoded at. */
export type DecodeOrder = { readonly view: View; readonly eighths: 1 | 2 | 4 | 8 };

/** bytes -> the view's pixels. Throws Failure, or whatever its WASM threw (the pipeline turns that into image_damaged). */
export type Decoder = (bytes: Uint8Array, source: Source, order: DecodeOrder, clock: Stopwatch) => Promise<Decoded>;
