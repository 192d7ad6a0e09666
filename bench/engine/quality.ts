/** SSIM of the thumbnails, before lossy encoding, against a full-size Lanczos-3 reduction by libvips. */
import sharp from "sharp";
import { median } from "../table.ts";
import type { Runner } from "./runners.ts";
import type { Sample } from "./samples.ts";
import { ssim } from "./ssim.ts";

export type QualityLine = {
  readonly side: number;
  readonly median: number;
  readonly worst: number;
  readonly target: number;
};

/** The least acceptable median SSIM by side. */
const TARGETS = [
  { side: 640, target: 0.9985 },
  { side: 320, target: 0.996 },
] as const;

/** A photograph -> a function that gives the SSIM of a thumbnail (any format) against libvips' full Lanczos-3 reduction. */
export async function likenessTo(file: string): Promise<(thumbnail: Uint8Array) => Promise<number>> {
  const { data, info } = await sharp(file).rotate().raw().toBuffer({ resolveWithObject: true });
  const whole = sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  return async (thumbnail) => {
    const made = await sharp(thumbnail).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = made.info;
    const wanted = await whole
      .clone()
      .resize(width, height, { fit: "fill", kernel: "lanczos3" })
      .toColourspace("srgb")
      .removeAlpha()
      .raw()
      .toBuffer();
    return ssim(made.data, wanted, width, height, 3);
  };
}

/** Renders every sample as PNG at both sides and compares with libvips. */
export async function measureQuality(ours: Runner, samples: readonly Sample[]): Promise<QualityLine[]> {
  const values = new Map<number, number[]>(TARGETS.map(({ side }) => [side, []]));
  for (const { file } of samples) {
    const likeness = await likenessTo(file);
    for (const { side } of TARGETS) {
      const { picture } = await ours.make(file, { format: "png", side, quality: 100 }, 1);
      values.get(side)?.push(await likeness(picture));
    }
  }
  return TARGETS.map(({ side, target }) => {
    const list = values.get(side) ?? [];
    return { side, median: median(list), worst: Math.min(...list), target };
  });
}
