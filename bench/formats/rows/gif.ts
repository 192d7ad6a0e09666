/** A GIF of 1 megapixel: a photograph in 256 colours. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { type Row, timesSharp } from "../row.ts";

const row: Row = async (context) => {
  const file = join(context.scratch, "photograph.gif");
  const gif = await sharp(context.photo).resize(1_154, 866, { fit: "fill" }).gif({ effort: 1 }).toBuffer();
  writeFileSync(file, gif);
  return [await timesSharp(context, "GIF 1 MP -> WebP 640", file, 1.5)];
};

export default row;
