/** The photographs that encoders are compared on, and which of them ours was tuned on. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { Pixels } from "../../src/image/picture.ts";

export type Photograph = {
  readonly name: string;
  readonly pixels: Pixels;
  /** The encoder's constants were chosen on it: it does not count in what is reported. */
  readonly tuned: boolean;
};

/** Every fourth photograph of the folder, in the order of their names, was for tuning. */
const TUNED_EVERY = 4;

/** The first `count` pictures of a folder, in the order of their names, fitted into `side` x `side` by libvips. */
export async function photographs(folder: string, side: number, count: number): Promise<Photograph[]> {
  if (!existsSync(folder)) throw new Error(`no pictures in ${folder}: name a folder with --corpus DIR`);
  const names = readdirSync(folder)
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(name))
    .sort();
  const photos: Photograph[] = [];
  for (const [i, name] of names.slice(0, count).entries()) {
    const { data, info } = await sharp(join(folder, name))
      .rotate()
      .resize(side, side, { fit: "inside" })
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pixels = { width: info.width, height: info.height, data: new Uint8Array(data), alpha: false };
    photos.push({ name, pixels, tuned: i % TUNED_EVERY === 0 });
  }
  return photos;
}
