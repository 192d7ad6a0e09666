import type { FormatDescriptor } from "../descriptor.ts";

/** BMP (Windows bitmaps). */
export const BMP = {
  label: "BMP",
  mime: "image/bmp",
  signature: { by: "magic", anyOf: [[[0, "424d"]]] },
  extensions: ["bmp"],
  input: { maxPixels: 50_000_000, decoders: ["bmp"] },
  output: null,
  note: "every header, palette, depth, bit field and RLE; ICC profiles; not an embedded JPEG or PNG",
} as const satisfies FormatDescriptor;
