/** The rows of a bitmap from the top, and the way to the resampler. */
import type { Pixels, View } from "../../picture.ts";
import { createResizer } from "../../resize/resizer.ts";
import { damaged } from "../byteReader.ts";
import type { Dib } from "./dib.ts";
import { findRleRows } from "./rle.ts";
import { rowConverter, strideOf } from "./samples.ts";

export type BitmapRows = {
  readonly width: number;
  readonly height: number;
  /** False when the file is cut. */
  readonly complete: boolean;
  /** Pixels may be transparent. */
  readonly alpha: boolean;
  /** Fills `out` with row `y`, counted from the top. A row that the file does not have becomes transparent. */
  read(y: number, out: Uint32Array): void;
};

/** `alpha`: the alpha channel counts. Throws image_damaged when the file does not hold one whole row. */
export function openRows(bytes: Uint8Array, dib: Dib, alpha: boolean): BitmapRows {
  const { width, height, topDown } = dib;
  const stored = dib.rle ? rleRows(bytes, dib) : plainRows(bytes, dib, alpha);
  return { ...stored, width, height, read: (y, out) => stored.read(topDown ? y : height - 1 - y, out) };
}

type StoredRows = Pick<BitmapRows, "complete" | "alpha" | "read">;

function rleRows(bytes: Uint8Array, dib: Dib): StoredRows {
  const { covered, complete, read } = findRleRows(bytes, dib);
  if (covered === 0) throw damaged("no pixel of it can be read");
  return { complete, alpha: covered < dib.width * dib.height, read };
}

function plainRows(bytes: Uint8Array, dib: Dib, alpha: boolean): StoredRows {
  const { width, height, bits, pixelsAt } = dib;
  const stride = strideOf(width, bits);
  const needed = Math.ceil((width * bits) / 8);
  // The last row needs no padding.
  const rows = Math.floor((bytes.length - pixelsAt - needed) / stride) + 1;
  if (rows <= 0) throw damaged("no row of it can be read");
  const convert = rowConverter(bytes, dib, alpha);
  const read = (row: number, out: Uint32Array): void => {
    if (row < rows) convert(pixelsAt + row * stride, out);
    else out.fill(0);
  };
  return { complete: rows >= height, alpha: alpha || rows < height, read };
}

/** Rows -> the view's pixels. Rows outside of the view's bounds are not read. */
export async function resizeRows(rows: BitmapRows, { bounds, ...view }: View): Promise<Pixels> {
  const resizer = await createResizer({ ...view, bounds }, rows.alpha);
  const words = new Uint32Array(rows.width);
  const row = new Uint8Array(words.buffer);
  for (let y = 0; y < rows.height && !resizer.done; y++) {
    if (y >= bounds.top && y < bounds.top + bounds.height) rows.read(y, words);
    resizer.push(row, row.length, 1);
  }
  return resizer.finish();
}
