import type { FormatDescriptor } from "../descriptor.ts";

/** AVIF (AVIF 1.1). Must stand before HEIC in the registry: files of both kinds list the brand `mif1`. */
export const AVIF = {
  label: "AVIF",
  mime: "image/avif",
  signature: { by: "brand", anyOf: ["avif", "avis"] },
  extensions: ["avif"],
  input: null,
  output: null,
  note: "",
} as const satisfies FormatDescriptor;
