import type { FormatDescriptor } from "../descriptor.ts";

/** JPEG XL (ISO/IEC 18181), as a bare codestream or in its container. */
export const JXL = {
  label: "JPEG XL",
  mime: "image/jxl",
  signature: { by: "magic", anyOf: [[[0, "ff0a"]], [[0, "0000000c4a584c200d0a870a"]]] },
  extensions: ["jxl"],
  input: { maxPixels: 3_000_000, decoders: ["jxlOxide"], heavy: true },
  output: null,
  note: "with alpha up to 2.6 megapixels; of an animation the first frame; a gain map is ignored; the JPEG in a recompressed one is not taken out, so its limit is the same",
} as const satisfies FormatDescriptor;
