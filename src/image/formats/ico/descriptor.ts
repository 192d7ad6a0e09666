import type { FormatDescriptor } from "../descriptor.ts";

/** ICO and CUR (Windows icons and cursors): the third byte says which. */
export const ICO = {
  label: "ICO",
  mime: "image/x-icon",
  signature: { by: "magic", anyOf: [[[0, "00000100"]], [[0, "00000200"]]] },
  extensions: ["ico", "cur"],
  input: { maxPixels: 7_000_000, decoders: ["ico"] },
  output: null,
  note: "also CUR; the smallest picture with twice the size asked, else the largest; PNG or bitmap",
} as const satisfies FormatDescriptor;
