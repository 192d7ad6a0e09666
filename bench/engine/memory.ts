/** Peak linear memory of all instances for the pictures that need the most. Each picture starts with fresh instances. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import type { Runner } from "./runners.ts";
import { cpuMillis } from "./workerd.ts";

const MB = 1024 * 1024;
const SETTINGS = { format: "webp", side: 640, quality: 75 } as const;

export type MemoryLine = {
  readonly label: string;
  readonly mb: number;
  readonly limit: number;
  readonly error?: string;
};

/** Pictures made from one large photograph: sides, progressive or not, sampling, and the limit in MB. */
const PICTURES = [
  { label: "JPEG 24 MP baseline 4:2:0", width: 6000, height: 4000, progressive: false, sampling: "4:2:0", limit: 40 },
  { label: "JPEG 24 MP progressive 4:2:0", width: 6000, height: 4000, progressive: true, sampling: "4:2:0", limit: 48 },
  { label: "JPEG 24 MP progressive 4:4:4", width: 6000, height: 4000, progressive: true, sampling: "4:4:4", limit: 48 },
  {
    label: "JPEG 100 MP baseline 4:2:0",
    width: 11_500,
    height: 8600,
    progressive: false,
    sampling: "4:2:0",
    limit: 48,
  },
  {
    label: "JPEG 100 MP progressive 4:2:0",
    width: 11_500,
    height: 8600,
    progressive: true,
    sampling: "4:2:0",
    limit: 48,
  },
] as const;

/** Peak MB of the whole engine for each picture. `forget` drops every instance before it. */
export async function measureMemory(ours: Runner, forget: () => Promise<void>, photo: string, scratch: string) {
  mkdirSync(scratch, { recursive: true });
  const lines: MemoryLine[] = [];
  for (const { label, width, height, progressive, sampling, limit } of PICTURES) {
    const file = join(scratch, `${label.replaceAll(/[ :]/g, "-")}.jpg`);
    const bytes = await sharp(photo, { limitInputPixels: false })
      .resize(width, height, { fit: "fill" })
      .jpeg({ quality: 85, progressive, chromaSubsampling: sampling })
      .toBuffer();
    writeFileSync(file, bytes);
    await forget();
    try {
      const { memory } = await ours.make(file, SETTINGS, 1);
      lines.push({ label, mb: memory / MB, limit });
    } catch (error) {
      lines.push({ label, mb: Number.NaN, limit, error: String(error).slice(-60) });
    }
  }
  return lines;
}

const PNG_PIXELS = 8_000_000;

export type PngResult = {
  readonly ours: number;
  readonly sharp: number;
  readonly mb: number;
  readonly megapixels: number;
};

/** A PNG of about 8 megapixels -> 640 px WebP: CPU milliseconds of both, and our peak memory. */
export async function measurePng(
  ours: Runner,
  native: Runner,
  forget: () => Promise<void>,
  photo: string,
  scratch: string,
): Promise<PngResult> {
  const file = join(scratch, "photograph.png");
  const { width, height } = await sharp(photo).metadata();
  const { data, info } = await sharp(photo)
    .resize(Math.round(Math.sqrt((PNG_PIXELS * width) / height)))
    .png()
    .toBuffer({ resolveWithObject: true });
  writeFileSync(file, data);
  await forget();
  const { memory } = await ours.make(file, SETTINGS, 1);
  const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 3; round++) {
    for (const [i, runner] of [ours, native].entries()) {
      const before = cpuMillis(runner.pid);
      await runner.make(file, SETTINGS, 3);
      best[i] = Math.min(best[i] ?? 0, (cpuMillis(runner.pid) - before) / 3);
    }
  }
  return { ours: best[0] ?? 0, sharp: best[1] ?? 0, mb: memory / MB, megapixels: (info.width * info.height) / 1e6 };
}
