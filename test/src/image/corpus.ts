/** The optional corpus beside the checkout, and the comparison of two pictures. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";

export const CORPUS = resolve(import.meta.dirname, "../../../../shared/corpus");

/** Files of one of the corpus's folders, or none when there is no corpus; says so once. */
export function corpusFiles(folder: "photos" | "formats" | "hostile"): string[] {
  if (existsSync(join(CORPUS, folder))) return readdirSync(join(CORPUS, folder)).sort();
  console.log(`skipped: no ${join(CORPUS, folder)}, so none of its files is tested`);
  return [];
}

export function readCorpus(folder: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(join(CORPUS, folder, file)));
}

/** The picture at full size as sharp reads it (oriented, sRGB), then resized: no shrink-on-load in the reference. */
export async function referencePixels(bytes: Uint8Array, width: number, height: number): Promise<Buffer> {
  const { data, info } = await sharp(bytes, { failOn: "none" })
    .rotate()
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const whole = sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } });
  return whole.resize(width, height, { fit: "fill", kernel: "lanczos3" }).raw().toBuffer();
}

/** An encoded picture's RGBA. */
export function decodedPixels(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).ensureAlpha().raw().toBuffer();
}

/** Peak signal to noise ratio in dB of two RGBA pictures; colour counts only where the first is opaque. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if ((i & 3) !== 3 && (a[i | 3] ?? 0) < 250) continue;
    sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    count++;
  }
  return sum === 0 ? 99 : 10 * Math.log10(65025 / (sum / count));
}
