import type { FormatDescriptor } from "../descriptor.ts";

/** HEIC (HEIF, ISO/IEC 23008-12). */
export const HEIC = {
  label: "HEIC",
  mime: "image/heic",
  signature: {
    by: "brand",
    anyOf: ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"],
  },
  extensions: ["heic", "heif"],
  input: null,
  output: null,
  note: "",
} as const satisfies FormatDescriptor;
