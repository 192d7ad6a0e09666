import type { FormatDescriptor } from "../descriptor.ts";

/** Radiance's RGBE pictures. */
export const RADIANCE = {
  label: "Radiance HDR",
  mime: "image/vnd.radiance",
  signature: { by: "magic", anyOf: [[[0, "233f52414449414e43450a"]]] },
  extensions: ["hdr"],
  input: { maxPixels: 2_700_000, decoders: ["rare"], heavy: true },
  output: null,
  note: "brighter than white is cut",
} as const satisfies FormatDescriptor;
