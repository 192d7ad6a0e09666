import type { FormatDescriptor } from "../descriptor.ts";

/** SVG (SVG 1.1 and 2), plain or compressed with gzip (SVGZ). */
export const SVG = {
  label: "SVG",
  mime: "image/svg+xml",
  signature: { by: "root", element: "svg" },
  extensions: ["svg", "svgz"],
  input: { maxPixels: Number.POSITIVE_INFINITY, decoders: ["resvg"], heavy: true, vector: true },
  output: null,
  note: "drawn at the size asked for, never passed on; no script runs and no address in it is followed",
} as const satisfies FormatDescriptor;
