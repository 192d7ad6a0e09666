import type { FormatDescriptor } from "../descriptor.ts";

/** TIFF (TIFF 6.0; magic: section 2). */
export const TIFF = {
  label: "TIFF",
  mime: "image/tiff",
  signature: { by: "magic", anyOf: [[[0, "49492a00"]], [[0, "4d4d002a"]]] },
  extensions: ["tiff", "tif"],
  input: { maxPixels: 7_000_000, decoders: ["photon"] },
  output: null,
  note: "the first page; no palette TIFF",
} as const satisfies FormatDescriptor;
