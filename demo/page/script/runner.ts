/** The results of the race, a picture each. */
import type { Kind } from "../stores.ts";

export const LANES = ["on", "off"] as const;

/** Pages with the warmer, and pages without. */
export type Lane = (typeof LANES)[number];

/** Milliseconds after the hint; null for what did not happen. */
export type Moments = {
  readonly hint: number | null;
  readonly pushed: number | null;
  readonly stored: number | null;
  readonly asked: number;
  readonly firstByte: number;
  readonly drawn: number;
};

/** One picture that was drawn. `firstByteMs`: from the request to the first byte. */
export type Runner = { readonly firstByteMs: number; readonly kind: Kind; readonly moments: Moments };
