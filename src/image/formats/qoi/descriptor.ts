import type { FormatDescriptor } from "../descriptor.ts";

/** The Quite OK Image format. */
export const QOI = {
  label: "QOI",
  mime: "image/qoi",
  signature: { by: "magic", anyOf: [[[0, "716f6966"]]] },
  extensions: ["qoi"],
  input: null,
  output: null,
  note: "",
} as const satisfies FormatDescriptor;
