import type { FormatDescriptor } from "../descriptor.ts";

/** JPEG (ITU-T T.81; magic: B.1.1). */
export const JPEG = {
  label: "JPEG",
  mime: "image/jpeg",
  signature: { by: "magic", anyOf: [[[0, "ffd8ff"]]] },
  extensions: ["jpg", "jpeg"],
  input: { maxPixels: 100_000_000, decoders: ["jpeg", "turbo"] },
  output: {
    acceptClass: "base",
    abilities: { alpha: false, animation: false, quality: true },
    defaultQuality: 80,
    defaultEffort: 0,
    encoder: "jpeg2",
    bytesPerPixel: 5,
    // As libvips. Coefficients of 4:4:4 take 6 bytes a pixel in place of 3.
    fullChroma: { fromQuality: 90, bytesPerPixel: 8 },
    storedCode: "jpeg",
  },
  note: "baseline and progressive, grey, YCbCr, RGB, CMYK; ICC profiles of curves and of tables, XYB among them; of an Ultra HDR file the SDR picture; not arithmetic coding, lossless, 12 bits",
} as const satisfies FormatDescriptor;
