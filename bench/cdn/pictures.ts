/** The photographs for these benches: those of the corpus if it is present, else painted pictures. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";

const PHOTOS = resolve(import.meta.dirname, "../../../shared/corpus/photos");

export type Photo = { readonly name: string; readonly bytes: Uint8Array; readonly megapixels: number };

/** The JPEGs from `least` to `most` megapixels, sorted by name. Without any: one painted picture of `most` megapixels. */
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

/** A JPEG of soft blots, 3:2. It is no photograph, but it has as many pixels. */
export async function painted(megapixels: number): Promise<Uint8Array> {
  const width = Math.round(Math.sqrt(megapixels * 1.5e6));
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const coarse = sharp({ create: { width: 360, height: 240, channels: 3, background: "#777", noise } });
  const large = sharp(await coarse.raw().toBuffer(), { raw: { width: 360, height: 240, channels: 3 } });
  return new Uint8Array(
    await large
      .resize(width, Math.round(width / 1.5), { fit: "fill" })
      .jpeg()
      .toBuffer(),
  );
}
