/** Pixels of a file by libvips, so that no decoder of ours judges our encoders. */
import sharp from "sharp";
import type { Pixels } from "../../src/image/picture.ts";

export async function decodedBy(file: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data), alpha: false };
}
