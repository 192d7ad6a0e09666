import type { FormatDescriptor } from "../descriptor.ts";

/** GIF (GIF87a, GIF89a). */
export const GIF = {
  label: "GIF",
  mime: "image/gif",
  signature: { by: "magic", anyOf: [[[0, "474946383761"]], [[0, "474946383961"]]] },
  extensions: ["gif"],
  input: { maxPixels: 12_000_000, decoders: ["gif"] },
  output: null,
  note: "also of files that end early; animations",
} as const satisfies FormatDescriptor;
