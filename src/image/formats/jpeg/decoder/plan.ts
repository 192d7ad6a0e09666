/** What the JPEG decoder is asked for, and what it gives. */
import type { BlockSize, Crop, JpegScale } from "./scale.ts";

export type JpegPlan = {
  readonly scale: JpegScale;
  /** What becomes the result; may have fractions. */
  readonly crop: Crop;
  /** What filters may read around it, whole pixels; the whole picture if absent. */
  readonly bounds?: Crop;
  /** The result, in pixels as stored (before orientation). */
  readonly width: number;
  readonly height: number;
  /** Instead of what `scale` gives, for tests: samples per block side of each component. */
  readonly sizes?: readonly BlockSize[];
  /** `components`: four bytes a pixel are the file's components as they are, not converted. For tests. */
  readonly output?: "rgba" | "components";
};

export type JpegPicture = {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: R, G, B and 255; or for CMYK and YCCK files the inks C, M, Y, K, 255 being all of it. */
  readonly pixels: Uint8Array;
  readonly colour: "rgba" | "inks";
  /** Data were missing: part of the picture is grey or coarse. */
  readonly truncated: boolean;
  /** The module's linear memory after the decode. */
  readonly memoryBytes: number;
};
