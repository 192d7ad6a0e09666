/** A bitmap of an icon: no file header, twice the height, and the AND mask behind the pixels. */

import { type Dib, readDib } from "../bmp/dib.ts";
import type { BitmapRows } from "../bmp/rows.ts";
import { openRows } from "../bmp/rows.ts";
import { alphaUse, strideOf } from "../bmp/samples.ts";

/**
 * The rows of the bitmap at offset `at`. An alpha channel that is not 0 everywhere decides alone; else the mask says
 * which pixels are transparent. Where a file ends before its mask, pixels are opaque. Throws image_damaged or
 * format_unsupported.
 */
export function iconBitmap(bytes: Uint8Array, at: number): BitmapRows {
  const stored = readDib(bytes, at, null);
  const dib: Dib = { ...stored, height: stored.height >> 1 };
  const use = alphaUse(bytes, dib);
  const rows = openRows(bytes, dib, use === "mixed");
  // Run-length encoded data say nothing about where a mask would begin.
  if (use === "mixed" || use === "full" || dib.rle) return rows;
  return { ...rows, alpha: true, read: withMask(bytes, dib, rows.read) };
}

/** Rows whose pixels are transparent (0) where the bit of the mask is 1. */
function withMask(bytes: Uint8Array, dib: Dib, read: BitmapRows["read"]): BitmapRows["read"] {
  const { width, height, topDown, bits, pixelsAt } = dib;
  const maskAt = pixelsAt + height * strideOf(width, bits);
  const stride = strideOf(width, 1);
  return (y, out) => {
    read(y, out);
    const at = maskAt + stride * (topDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      if ((((bytes[at + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1) out[x] = 0;
    }
  };
}
