import type { FormatDescriptor } from "../descriptor.ts";

/** WebP (RFC 9649; magic: 2.4). */
export const WEBP = {
  label: "WebP",
  mime: "image/webp",
  signature: {
    by: "magic",
    anyOf: [
      [
        [0, "52494646"],
        [8, "57454250"],
      ],
    ],
  },
  extensions: ["webp"],
  input: { maxPixels: 50_000_000, decoders: ["vp8", "webp"] },
  output: {
    acceptClass: "webp",
    abilities: { alpha: true, animation: true, quality: true },
    defaultQuality: 75,
    defaultEffort: 4,
    encoder: "vp8enc2",
    bytesPerPixel: 7,
    storedCode: "webp",
  },
  note: "lossy, lossless, alpha; ICC profiles; animations; what is not plainly lossy up to some 18 megapixels",
} as const satisfies FormatDescriptor;
