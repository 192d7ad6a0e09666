/** What the JPEG decoder is asked for, and what it gives. */
import type { DctScale } from "../../../picture.ts";
import type { BlockSize, Crop } from "./scale.ts";

export type JpegPlan = {
  readonly dctScale: DctScale;
  /** What becomes the result; may have fractions. */
  readonly crop: Crop;
  /** The whole pixels that filters may read. The whole picture if absent. */
  readonly bounds?: Crop;
  /** The result, in pixels as stored (before orientation). */
  readonly width: number;
  readonly height: number;
  /** For tests: samples per block side of each component, in place of what `dctScale` gives. */
  readonly sizes?: readonly BlockSize[];
  /** For tests: `components` gives four bytes a pixel that are the file's components, not converted. */
  readonly output?: "rgba" | "components";
};

export type JpegPicture = {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: R, G, B and 255. For CMYK and YCCK files the inks C, M, Y, K; 255 is all of an ink. */
  readonly pixels: Uint8Array;
  readonly colour: "rgba" | "inks";
  /** Data were missing: part of the picture is grey or coarse. */
  readonly truncated: boolean;
  /** The module's linear memory after the decode. */
  readonly memoryBytes: number;
};
