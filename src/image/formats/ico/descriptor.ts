import type { FormatDescriptor } from "../descriptor.ts";

/** ICO (Windows icons). */
export const ICO = {
  label: "ICO",
  mime: "image/x-icon",
  signature: { by: "magic", anyOf: [[[0, "00000100"]]] },
  extensions: ["ico"],
  input: { maxPixels: 7_000_000, decoders: ["photon"] },
  output: null,
  note: "the largest picture",
} as const satisfies FormatDescriptor;
