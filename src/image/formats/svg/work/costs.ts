/** What drawing costs, in nanoseconds, as measured with resvg-wasm 2.6.2 (docs/inside/decisions/heavy.md). */

/** Nanoseconds at a scale of 1. `byLength` grows with the scale, `byArea` with its square, `byAreaSquared` with that. */
export type Work = {
  fixed: number;
  byLength: number;
  byArea: number;
  byAreaSquared: number;
  /** The most pixels that layers, masks, filters and tiles hold at once, beside the canvas. They grow as `byArea` does. */
  layerPixels: number;
};

/** For each element, use, segment of an outline and so on; from `opaque` on for each pixel. */
export const COST = {
  element: 4_000,
  /** `use` copies what it refers to, which takes longer the deeper it is. */
  use: 16_000,
  segment: 300,
  dash: 1_000,
  character: 16_000,
  embeddedPixel: 60,
  /** One element compared with one selector of a style sheet, and each character of its `class`. */
  selector: 150,
  classCharacter: 3,
  /** A pixel of an outline's length, for the scan conversion. */
  outline: 200,
  opaque: 3,
  translucent: 9,
  gradient: 28,
  pattern: 32,
  image: 80,
  layer: 45,
  mask: 40,
} as const;

/** Nanoseconds on a picture `scale` times as large each way. */
export function timeAt({ fixed, byLength, byArea, byAreaSquared }: Work, scale: number): number {
  const area = scale * scale;
  return fixed + byLength * scale + byArea * area + byAreaSquared * area * area;
}
