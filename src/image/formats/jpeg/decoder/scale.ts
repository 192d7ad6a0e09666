/** How far each component is reduced inside the inverse DCT. */
import type { JpegHeader } from "./header.ts";

/** Samples per block side: 8 is full size, 1 an eighth. */
export type BlockSize = 1 | 2 | 4 | 8;
export type JpegScale = 1 | 2 | 4 | 8;

/** The part of the picture that is wanted, in pixels of the full picture as stored (before orientation). */
export type Crop = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/**
 * Samples that must be left for every pixel of the result. A reduction inside the DCT has soft edges, so the resizer
 * needs more than one: at 1.9 the result cannot be told from that of a full decode (SSIM 0.9987 against 0.9988), at 1.0
 * it can (0.9932). Chroma is stored at half the resolution afterwards (4:2:0); measured there, even 0.95 samples for a
 * pixel cannot be told from more (SSIM 0.9996 either way), 0.74 can (0.9982). A little over 1 keeps PNG results good.
 */
export const OVERSAMPLING = { luma: 1.9, chroma: 1.05 } as const;

const SIZES = [1, 2, 4, 8] as const satisfies readonly BlockSize[];

/** The largest reduction that leaves `OVERSAMPLING.luma` samples a pixel on both sides. */
export function dctScaleOf(crop: Crop, width: number, height: number): JpegScale {
  for (const scale of [8, 4, 2] as const) {
    const enough = OVERSAMPLING.luma * scale;
    if (crop.width >= width * enough && crop.height >= height * enough) return scale;
  }
  return 1;
}

/**
 * Block sizes of the components at a scale: luma, RGB and inks as asked; chroma, which may have fewer samples to
 * begin with, as small as leaves `OVERSAMPLING.chroma`, but not smaller than a quarter of luma's.
 */
export function blockSizes(
  header: JpegHeader,
  scale: JpegScale,
  crop: Crop,
  width: number,
  height: number,
): readonly BlockSize[] {
  const luma = (8 / scale) as BlockSize;
  const ycc = header.model === "ycbcr" || header.model === "ycck";
  return header.components.map((component, index) => {
    if (!ycc || index === 0 || index === 3) return luma;
    const across = (crop.width * component.h) / header.across / width;
    const down = (crop.height * component.v) / header.down / height;
    const samples = Math.min(across, down);
    return SIZES.find((size) => (samples * size) / 8 >= OVERSAMPLING.chroma) ?? 8;
  });
}
