/** The ways in which the tests lay out a small picture. */
import type { TiffOf } from "./tiffFile.ts";

/** Sides that no tile divides, with the last tiles almost empty. */
export const [WIDTH, HEIGHT] = [18, 17];

export const LAYOUTS: readonly (readonly [string, Partial<TiffOf>])[] = [
  ["one strip", {}],
  ["strips", { rowsPerStrip: 5 }],
  ["tiles", { tile: [16, 16] }],
  ["planes in strips", { planar: true, rowsPerStrip: 7 }],
  ["planes in tiles", { planar: true, tile: [32, 16] }],
];

/** Samples of a pixel -> RGBA. */
export type Shown = (samples: readonly number[]) => readonly number[];

/** The RGBA that is shown of a picture of WIDTH x HEIGHT. */
export function pixelsOf(sample: TiffOf["sample"], samples: number, shown: Shown | undefined): Uint8Array {
  const pixels = Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
    shown?.(Array.from({ length: samples }, (_, c) => sample(i % WIDTH, Math.floor(i / WIDTH), c))),
  );
  return Uint8Array.from(pixels.flatMap((pixel) => pixel ?? []));
}
