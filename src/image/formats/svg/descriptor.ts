import type { FormatDescriptor } from "../descriptor.ts";

/** SVG. */
export const SVG = {
  label: "SVG",
  mime: "image/svg+xml",
  signature: { by: "root", element: "svg" },
  extensions: ["svg"],
  input: null,
  output: null,
  note: "a document that can run script: never passed on, never rendered",
} as const satisfies FormatDescriptor;
