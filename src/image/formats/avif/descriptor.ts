import type { FormatDescriptor } from "../descriptor.ts";

/** AVIF (AVIF 1.1). Must stand before HEIC in the registry: files of both kinds list the brand `mif1`. */
export const AVIF = {
  label: "AVIF",
  mime: "image/avif",
  signature: { by: "brand", anyOf: ["avif", "avis"] },
  extensions: ["avif"],
  input: { maxPixels: 4_500_000, decoders: ["libavif"], heavy: true },
  output: null,
  note: "8, 10 and 12 bit; with alpha up to 2.5 megapixels, with more than 8 bit up to 3.5, with both 2; of a sequence the first frame",
} as const satisfies FormatDescriptor;
