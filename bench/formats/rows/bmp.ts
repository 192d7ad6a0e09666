/** A BMP of 6 megapixels with 24 bits. sharp does not read BMP: it gets the same pixels as a TIFF without compression. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { type Row, timesSharp } from "../row.ts";

const [WIDTH, HEIGHT] = [3_000, 2_000];

const row: Row = async (context) => {
  const picture = sharp(context.photo).resize(WIDTH, HEIGHT, { fit: "fill" }).removeAlpha();
  const rgb = await picture.clone().raw().toBuffer();
  const [file, forSharp] = [join(context.scratch, "photograph.bmp"), join(context.scratch, "same-pixels.tif")];
  writeFileSync(file, bmp(rgb));
  writeFileSync(forSharp, await picture.clone().tiff({ compression: "none" }).toBuffer());
  return [await timesSharp(context, "BMP 6 MP -> WebP 640", file, 1.5, forSharp)];
};

/** BITMAPINFOHEADER, 24 bits, the bottom row first. Rows of 3000 pixels need no padding. */
function bmp(rgb: Buffer): Buffer {
  const header = Buffer.alloc(54);
  header.write("BM");
  header.writeUInt32LE(54 + rgb.length, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(WIDTH, 18);
  header.writeInt32LE(HEIGHT, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  const rows = Array.from({ length: HEIGHT }, (_, y) => rgb.subarray(3 * WIDTH * y, 3 * WIDTH * (y + 1))).reverse();
  const pixels = Buffer.concat(rows);
  for (let i = 0; i < pixels.length; i += 3) {
    const red = pixels[i] ?? 0;
    pixels[i] = pixels[i + 2] ?? 0;
    pixels[i + 2] = red;
  }
  return Buffer.concat([header, pixels]);
}

export default row;
