/** What a JPEG's marker segments say (ITU-T T.81 annex B; JFIF is T.871, the Adobe segment T.872). */
import type { Orientation } from "../../exif.ts";

/** A Huffman table as a DHT segment gives it: 16 counts of codes by length, then the symbols. */
export type HuffmanTable = { readonly counts: Uint8Array; readonly symbols: Uint8Array };

export type FrameComponent = {
  readonly id: number;
  /** Sampling factors, 1..4. */
  readonly h: number;
  readonly v: number;
  /** Selector of the quantisation table, 0..3. */
  readonly quantiser: number;
};

export type ScanComponent = {
  /** Index in the frame's components. */
  readonly index: number;
  readonly dc: number;
  readonly ac: number;
};

/** One scan, with the tables that are in force where it begins. */
export type JpegScan = {
  readonly components: readonly ScanComponent[];
  /** Zigzag band [first, last] and successive approximation positions (G.1.2). */
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
  /** MCUs between restart markers, 0 for none. */
  readonly interval: number;
  /** Offset of the first entropy-coded byte. */
  readonly at: number;
  readonly dcTables: readonly (HuffmanTable | undefined)[];
  readonly acTables: readonly (HuffmanTable | undefined)[];
  /** 64 values each in zigzag order. */
  readonly quantisers: readonly (Uint16Array | undefined)[];
};

export type JpegModel = "grey" | "ycbcr" | "rgb" | "cmyk" | "ycck";

export type JpegHeader = {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  readonly components: readonly FrameComponent[];
  /** Largest sampling factors: an MCU is 8 * across by 8 * down pixels. */
  readonly across: number;
  readonly down: number;
  readonly model: JpegModel;
  /** Inks are stored inverted, as Adobe's programs do. */
  readonly inverted: boolean;
  /** At least one. Of a sequential file whose first scan has all components, only that scan. */
  readonly scans: readonly JpegScan[];
  /** How many scans the file has, also those that are not in `scans`. 1 when reading ended at the first. */
  readonly scanCount: number;
  readonly orientation: Orientation;
  /** The embedded colour profile, or null. */
  readonly icc: Uint8Array | null;
};
