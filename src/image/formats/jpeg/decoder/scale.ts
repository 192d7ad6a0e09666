/**
 * How far a JPEG is reduced inside the inverse DCT. The plan decides it once (`dctScale`); components follow from it.
 */
import type { DctScale, View } from "../../../picture.ts";
import type { JpegHeader } from "./header.ts";

/** Samples per block side of one component: 8 is full size, 1 an eighth. */
export type BlockSize = DctScale;

/** The part of the picture that is wanted, in pixels of the full picture as stored (before orientation). */
export type Crop = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/**
 * Samples that must be left for every pixel of the result. A reduction inside the DCT has soft edges, so the resampler
 * needs more than one. With 1.9 samples the result is as good as that of a full decode (SSIM 0.9987 against 0.9988). With
 * 1.0 it is worse (0.9932). Chroma is stored at half the resolution afterwards (4:2:0), so 0.95 samples are as good as more
 * (SSIM 0.9996 with both), and 0.74 are worse (0.9982). A little over 1 keeps PNG results good.
 */
export const OVERSAMPLING = { luma: 1.9, chroma: 1.05 } as const;

const SIZES = [1, 2, 4, 8] as const satisfies readonly BlockSize[];

/** The smallest scale that leaves the view `OVERSAMPLING.luma` samples for each pixel on both sides. */
export function dctScale({ window, width, height }: View): DctScale {
  for (const scale of [1, 2, 4] as const) {
    const share = scale / 8;
    const enough = (from: number, to: number) => from * share >= OVERSAMPLING.luma * to;
    if (enough(window.width, width) && enough(window.height, height)) return scale;
  }
  return 8;
}

/**
 * Block sizes of the components. Luma, RGB and inks have the plan's scale. Chroma may have fewer samples in the file:
 * it gets the smallest size that leaves `OVERSAMPLING.chroma`.
 */
export function blockSizes(
  header: JpegHeader,
  scale: DctScale,
  crop: Crop,
  width: number,
  height: number,
): readonly BlockSize[] {
  const ycc = header.model === "ycbcr" || header.model === "ycck";
  return header.components.map((component, index) => {
    if (!ycc || index === 0 || index === 3) return scale;
    const across = (crop.width * component.h) / header.across / width;
    const down = (crop.height * component.v) / header.down / height;
    const samples = Math.min(across, down);
    return SIZES.find((size) => (samples * size) / 8 >= OVERSAMPLING.chroma) ?? 8;
  });
}
