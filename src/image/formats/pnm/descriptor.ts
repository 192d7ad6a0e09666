import type { FormatDescriptor, Magic } from "../descriptor.ts";

/** `P1` to `P6`, and white space after them: two letters alone begin many texts. */
const MAGICS: readonly Magic[] = ["31", "32", "33", "34", "35", "36"].flatMap((kind) =>
  ["09", "0a", "0d", "20"].map((space): Magic => [[0, `50${kind}${space}`]]),
);

/** Netpbm's bitmaps: PBM, PGM and PPM, in text (P1 to P3) or bytes (P4 to P6). */
export const PNM = {
  label: "PNM",
  mime: "image/x-portable-anymap",
  signature: { by: "magic", anyOf: MAGICS },
  extensions: ["pnm", "pbm", "pgm", "ppm"],
  input: { maxPixels: 5_500_000, decoders: ["rare"], heavy: true },
  output: null,
  note: "the first picture of a file; in colour up to 4 megapixels, with 16 bit 2.9",
} as const satisfies FormatDescriptor;
