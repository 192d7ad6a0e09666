/** Accept classes a hint may ask for; the index is what the warmer carries. */
export const FORMATS = ["webp", "avif", "base"] as const;

export type Format = (typeof FORMATS)[number];
