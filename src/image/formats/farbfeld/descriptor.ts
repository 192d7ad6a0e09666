import type { FormatDescriptor } from "../descriptor.ts";

/** farbfeld: 16 bits a sample, RGBA. */
export const FARBFELD = {
  label: "farbfeld",
  mime: "image/x-farbfeld",
  signature: { by: "magic", anyOf: [[[0, "6661726266656c64"]]] },
  extensions: ["ff"],
  input: { maxPixels: 2_400_000, decoders: ["rare"], heavy: true },
  output: null,
  note: "",
} as const satisfies FormatDescriptor;
