/** TIFF: LZW with differences (as libvips writes it) of 12 megapixels, and the memory for 50 megapixels in strips. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { type Row, timesSharp, wasmMemory } from "../row.ts";

const row: Row = async (context) => {
  const made = async (width: number, height: number) => {
    const file = join(context.scratch, `photograph-${width}.tif`);
    const picture = sharp(context.photo, { limitInputPixels: false }).resize(width, height, { fit: "fill" });
    writeFileSync(file, await picture.tiff({ compression: "lzw", predictor: "horizontal" }).toBuffer());
    return file;
  };
  const large = await made(8_660, 5_774);
  return [
    await timesSharp(context, "TIFF LZW 12 MP -> WebP 640", await made(4_000, 3_000), 1.5),
    await wasmMemory(context, "TIFF LZW 50 MP in strips", large, 48),
    await timesSharp(context, "TIFF LZW 50 MP -> WebP 640", large, 1.5),
  ];
};

export default row;
