/** BMP by rows. The file lies in memory anyway, so rows are read from the top even when the bottom one comes first. */
import { UnsupportedByDecoder } from "../../decodeErrors.ts";
import { type Decode, type DecodeCost, stillPicture } from "../../picture.ts";
import { openRows, resizeRows } from "./rows.ts";

/** Peak bytes: the file, one row, tables, and for each row of an RLE bitmap where it begins. */
export function bmpMemory({ source, fileBytes }: DecodeCost): number {
  return 100_000 + fileBytes + 4 * source.width + 8 * source.height;
}

/**
 * BMP bytes -> the view's picture. Rows that a cut file does not have are transparent. Throws image_damaged when it has
 * none at all.
 */
export const decodeBmp: Decode = async (bytes, source, { view }, clock) => {
  const dib = source.bmp;
  if (dib === undefined) throw new UnsupportedByDecoder("no bitmap header was read");
  const rows = openRows(bytes, dib, source.alpha);
  const pixels = await resizeRows(rows, view);
  clock.lap("decode");
  return { picture: stillPicture(pixels), truncated: !rows.complete };
};
