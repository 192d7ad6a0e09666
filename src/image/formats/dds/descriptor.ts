import type { FormatDescriptor } from "../descriptor.ts";

/** DirectDraw Surface, the textures of games. */
export const DDS = {
  label: "DDS",
  mime: "image/vnd.ms-dds",
  signature: { by: "magic", anyOf: [[[0, "444453207c000000"]]] },
  extensions: ["dds"],
  input: { maxPixels: 5_000_000, decoders: ["rare"], heavy: true },
  output: null,
  note: "DXT1, DXT3 and DXT5; the largest level",
} as const satisfies FormatDescriptor;
