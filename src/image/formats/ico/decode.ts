/** ICO and CUR: the picture that suits the size asked for, through our readers of PNG and of bitmaps. */
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import { type Decode, type DecodeCost, stillPicture } from "../../picture.ts";
import { resizeRows } from "../bmp/rows.ts";
import { decodePng } from "../png/decode.ts";
import { pngHeader } from "../png/header.ts";
import { iconBitmap } from "./bitmap.ts";
import { chooseEntry, viewOn } from "./choose.ts";

/**
 * Peak bytes for the largest picture, so for every other one too: the file, rows and the inflater's window, and the whole
 * frame, because a PNG in it may be interlaced.
 */
export function icoMemory({ source, fileBytes }: DecodeCost): number {
  return 500_000 + fileBytes + 250 * source.width + 4 * source.width * source.height;
}

/**
 * ICO or CUR bytes -> the view's picture. Rows that a cut file does not have are transparent. Throws image_damaged when
 * the chosen picture has none, and format_unsupported for a bitmap of a kind that we do not read.
 */
export const decodeIco: Decode = async (bytes, source, { view, dctScale }, clock) => {
  if (source.ico === undefined) throw new UnsupportedByDecoder("no directory was read");
  const entry = chooseEntry(source.ico, source, view);
  const onEntry = viewOn(view, source, entry);
  if (entry.kind === "png") {
    const png = bytes.subarray(entry.at);
    return decodePng(png, pngHeader(png), { view: onEntry, dctScale }, clock);
  }
  const rows = iconBitmap(bytes, entry.at);
  const pixels = await resizeRows(rows, onEntry);
  clock.lap("decode");
  return { picture: stillPicture(pixels), truncated: !rows.complete };
};
