import type { FormatDescriptor } from "../descriptor.ts";

/** BMP (Windows bitmaps). */
export const BMP = {
  label: "BMP",
  mime: "image/bmp",
  signature: { by: "magic", anyOf: [[[0, "424d"]]] },
  extensions: ["bmp"],
  input: { maxPixels: 7_000_000, decoders: ["photon"] },
  output: null,
  note: "",
} as const satisfies FormatDescriptor;
