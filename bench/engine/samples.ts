/** The photographs to measure, in classes by megapixels. Scaled copies of larger photographs fill up a class. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";

export type SizeClass = "~1 MP" | "4-6 MP" | "9-22 MP";

export type Sample = {
  readonly name: string;
  readonly file: string;
  readonly size: SizeClass;
  readonly megapixels: number;
  readonly progressive: boolean;
  /** Scaled down and encoded again by this bench, at quality 88, with the original's sampling and scan kind. */
  readonly made: boolean;
};

/** The least number of pictures in a class. */
const WANTED = 12;

const CLASSES = [
  { size: "~1 MP", low: 0.8, high: 1.6, make: 1.0 },
  { size: "4-6 MP", low: 3.8, high: 6.5, make: 5.0 },
  { size: "9-22 MP", low: 9, high: 22, make: 0 },
] as const satisfies readonly { size: SizeClass; low: number; high: number; make: number }[];

type Photo = { name: string; file: string; megapixels: number; progressive: boolean; sampling: string };

/** Every JPEG of `folder` in its class. Classes with fewer than 12 are filled up with scaled copies in `scratch`. */
export async function collectSamples(folder: string, scratch: string): Promise<Sample[]> {
  mkdirSync(scratch, { recursive: true });
  const photos = await readPhotos(folder);
  const samples: Sample[] = [];
  for (const { size, low, high, make } of CLASSES) {
    const real = photos.filter(({ megapixels }) => megapixels >= low && megapixels <= high);
    for (const { name, file, megapixels, progressive } of real) {
      samples.push({ name, file, size, megapixels, progressive, made: false });
    }
    const larger = photos.filter(({ megapixels }) => megapixels > Math.max(high, 7));
    for (const photo of make > 0 ? larger.slice(0, Math.max(0, WANTED - real.length)) : []) {
      samples.push({ ...(await scaledCopy(photo, make, scratch)), size, made: true });
    }
  }
  return samples;
}

async function readPhotos(folder: string): Promise<Photo[]> {
  const photos: Photo[] = [];
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    const meta = await sharp(file).metadata();
    if (meta.format !== "jpeg") continue;
    const megapixels = (meta.width * meta.height) / 1e6;
    const sampling = meta.chromaSubsampling ?? "4:2:0";
    photos.push({ name, file, megapixels, progressive: meta.isProgressive ?? false, sampling });
  }
  return photos;
}

async function scaledCopy(photo: Photo, megapixels: number, scratch: string) {
  const meta = await sharp(photo.file).metadata();
  const width = Math.round(meta.width * Math.sqrt(megapixels / photo.megapixels));
  const file = join(scratch, `${megapixels}mp-${photo.name}`);
  const { progressive } = photo;
  const chromaSubsampling = photo.sampling === "4:4:4" ? "4:4:4" : "4:2:0";
  const bytes = await sharp(photo.file)
    .resize(width)
    .keepIccProfile()
    .jpeg({ quality: 88, progressive, chromaSubsampling })
    .toBuffer();
  writeFileSync(file, bytes);
  return { name: photo.name, file, megapixels, progressive };
}
