import type { FormatDescriptor } from "../descriptor.ts";

/** AVIF (AVIF 1.1). Must stand before HEIC in the registry: files of both kinds list the brand `mif1`. */
export const AVIF = {
  label: "AVIF",
  mime: "image/avif",
  signature: { by: "brand", anyOf: ["avif", "avis"] },
  extensions: ["avif"],
  input: { maxPixels: 4_500_000, decoders: ["libavif"], heavy: true },
  output: {
    acceptClass: "avif",
    later: true,
    abilities: { alpha: true, animation: false, quality: true },
    // As like the original as WebP of quality 75, in luma SSIM.
    defaultQuality: 56,
    defaultEffort: 0,
    encoder: "libaom1",
    // The heavy Worker encodes. Here the pixels are copied once on their way, and the file comes back.
    bytesPerPixel: 5,
    storedCode: "avif",
  },
  note: "8, 10 and 12 bit; with alpha up to 2.5 megapixels, with more than 8 bit up to 3.5, with both 2; of a sequence the first frame; a gain map is ignored",
} as const satisfies FormatDescriptor;
