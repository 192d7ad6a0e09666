/** BMP header: the file header (BITMAPFILEHEADER, 14 bytes), then the bitmap's own. */
import type { Source } from "../../header.ts";
import { createReader } from "../byteReader.ts";
import { still } from "../still.ts";
import { readDib } from "./dib.ts";
import { alphaUse } from "./samples.ts";

const FILE_HEADER = 14;

/**
 * BMP bytes -> Source. An alpha channel that is 0 everywhere means an opaque picture, as in browsers. Throws
 * image_damaged, or format_unsupported with the name of the kind.
 */
export function bmpHeader(bytes: Uint8Array): Source {
  const dib = readDib(bytes, FILE_HEADER, createReader(bytes, true).u32(10));
  const { width, height, bits, icc } = dib;
  const alpha = alphaUse(bytes, dib) === "mixed";
  const source = still("bmp", width, height, { alpha, colour: bits <= 8 ? "palette" : "rgb" });
  return { ...source, icc, bmp: dib };
}
