/** What stands in a picture's place until it comes: its ThumbHash (https://evanw.github.io/thumbhash/), as an image. */
import { join } from "node:path";
import sharp from "sharp";
import { rgbaToThumbHash, thumbHashToRGBA } from "thumbhash";

/** The longest side that a ThumbHash is computed from, in pixels. */
const HASHED_SIDE = 100;
const AT_ONCE = 4;

/**
 * A data URL for each file, of about 200 bytes. A site computes the 25 bytes of the hash once for each picture and keeps them;
 * the demo computes them at the start. A file that cannot be read has an empty text.
 */
export async function placeholdersOf(folder: string, files: readonly string[]): Promise<readonly string[]> {
  const made: string[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < files.length; at = next++) {
      made[at] = await placeholderOf(join(folder, files[at] ?? "")).catch(() => "");
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return made;
}

async function placeholderOf(path: string): Promise<string> {
  const { data, info } = await sharp(path)
    .rotate()
    .resize(HASHED_SIDE, HASHED_SIDE, { fit: "inside" })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { w: width, h: height, rgba } = thumbHashToRGBA(rgbaToThumbHash(info.width, info.height, data));
  const image = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .webp({ quality: 40 })
    .toBuffer();
  return `data:image/webp;base64,${image.toString("base64")}`;
}
