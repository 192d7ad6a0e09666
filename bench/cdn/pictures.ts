/** The photographs these benches work on: those of the corpus when it is there, else painted ones. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";

const PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");

export type Photo = { readonly name: string; readonly bytes: Uint8Array; readonly megapixels: number };

/** JPEGs from `least` to `most` megapixels, by name; without a corpus one painted at `most` megapixels. */
export async function photographs(least: number, most: number): Promise<Photo[]> {
  if (!existsSync(PHOTOS)) return [{ name: "painted", bytes: await painted(most), megapixels: most }];
  const photos: Photo[] = [];
  for (const name of readdirSync(PHOTOS)
    .filter((file) => file.endsWith(".jpg"))
    .sort()) {
    const bytes = new Uint8Array(readFileSync(join(PHOTOS, name)));
    const { width = 0, height = 0 } = await sharp(bytes).metadata();
    const megapixels = (width * height) / 1e6;
    if (megapixels >= least && megapixels <= most) photos.push({ name, bytes, megapixels });
  }
  return photos.length > 0 ? photos : [{ name: "painted", bytes: await painted(most), megapixels: most }];
}

/** Soft noise of 3:2 with grain: costs a decoder about what a photograph does. */
export async function painted(megapixels: number): Promise<Uint8Array> {
  const width = Math.round(Math.sqrt(megapixels * 1.5e6));
  const height = Math.round(width / 1.5);
  const coarse = {
    create: {
      width: 90,
      height: 60,
      channels: 3,
      background: "#777",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  } as const;
  const grain = {
    create: { width, height, channels: 3, background: "#808080", noise: { type: "gaussian", mean: 128, sigma: 12 } },
  } as const;
  const fine = await sharp(grain).png({ compressionLevel: 1 }).toBuffer();
  const soft = await sharp(coarse)
    .resize(width, height, { kernel: "cubic", fit: "fill" })
    .png({ compressionLevel: 1 })
    .toBuffer();
  return new Uint8Array(
    await sharp(soft)
      .composite([{ input: fine, blend: "soft-light" }])
      .jpeg({ quality: 88 })
      .toBuffer(),
  );
}
