import type { FormatDescriptor } from "../descriptor.ts";

/** PNG (third edition; magic: 5.2). */
export const PNG = {
  label: "PNG",
  mime: "image/png",
  signature: { by: "magic", anyOf: [[[0, "89504e470d0a1a0a"]]] },
  extensions: ["png"],
  input: { maxPixels: 100_000_000, decoders: ["png"] },
  output: {
    acceptClass: "base",
    abilities: { alpha: true, animation: false, quality: false },
    defaultQuality: 100,
    defaultEffort: 0,
    encoder: "png1",
    bytesPerPixel: 9,
    storedCode: "png",
  },
  note: "every colour type and depth; cICP, ICC profiles, gAMA with cHRM; interlaced up to 12 megapixels; animations, whose still is the default image",
} as const satisfies FormatDescriptor;
