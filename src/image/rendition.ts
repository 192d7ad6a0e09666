/** What the image engine takes and gives. */
import type { OutputFormat, Transform } from "../request/transform.ts";

/** What a file is, by its bytes. */
export type SourceFormat = "jpeg" | "png" | "webp" | "gif" | "bmp" | "tiff" | "ico" | "avif" | "heic" | "jxl" | "svg";

/** EXIF orientation, 1..8 (TIFF 6.0 tag 0x0112). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the header says before anything is decoded. Sides as stored (before orientation), in pixels. */
export type Header = {
  readonly format: SourceFormat;
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly frames: number;
  readonly alpha: boolean;
  /** Compression details the planner needs, by format. */
  readonly progressive: boolean;
  readonly colour: "grey" | "rgb" | "ycc" | "cmyk" | "palette" | "unknown";
};

export type EngineLimits = {
  readonly maxSourcePixels: number;
  readonly maxSourceFrames: number;
  /** Longest side and pixel count of a result. */
  readonly maxResultSide: number;
  readonly maxResultPixels: number;
};

/** `photon` is the baseline that tests and benches can select; `auto` is what we serve with. */
export type EngineName = "auto" | "photon";

export type RenderOrder = {
  readonly bytes: Uint8Array;
  readonly transform: Transform;
  /** The format to encode; `alpha` lets the engine fall from JPEG to PNG where the door wants that. */
  readonly format: OutputFormat;
  readonly limits: EngineLimits;
  readonly engine: EngineName;
  /** libwebp's method, 0 (fast) .. 6 (small), in place of the planner's. */
  readonly webpMethod?: number;
};

export type Rendition = {
  readonly bytes: Uint8Array;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  readonly source: Header;
  /** The source ended early or was damaged; the picture is as much as there was. */
  readonly truncated: boolean;
  /** CPU stages in milliseconds (true only where the clock runs: locally). */
  readonly stages: { readonly decode: number; readonly resize: number; readonly encode: number };
};

/** bytes + order -> thumbnail. Throws Failure (415, 413, 400 reasons; `internal` when it is our doing), nothing else. */
export type RenderImage = (order: RenderOrder) => Promise<Rendition>;
