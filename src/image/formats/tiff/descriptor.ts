import type { FormatDescriptor } from "../descriptor.ts";

/** TIFF (TIFF 6.0; magic: section 2) and BigTIFF. */
export const TIFF = {
  label: "TIFF",
  mime: "image/tiff",
  signature: {
    by: "magic",
    anyOf: [[[0, "49492a00"]], [[0, "4d4d002a"]], [[0, "49492b0008000000"]], [[0, "4d4d002b00080000"]]],
  },
  extensions: ["tiff", "tif"],
  input: { maxPixels: 100_000_000, decoders: ["tiff"] },
  output: null,
  note: "the first page, of a pyramid the level that suffices; bilevel, grey, palette, RGB, YCbCr, CMYK, CIE and ICC Lab; integers up to 32 bits, floating point up to 64; interleaved or in planes (not of JPEG or subsampled YCbCr); uncompressed, PackBits, LZW, Deflate, CCITT fax, JPEG; not signed samples or ITU Lab",
} as const satisfies FormatDescriptor;
