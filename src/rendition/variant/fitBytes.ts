/** Opens a provider's rendition and fits the request to it. */
import { headerOf } from "../../image/header.ts";
import type { Size } from "../../image/picture.ts";
import { type Opened, openFile } from "../../image/readHeader.ts";
import type { Candidate } from "../../origin/providers/candidate.ts";
import type { Transform } from "../../request/transform.ts";
import { uprightSize } from "../../store/sourceFacts.ts";
import { isSameShape, isWholeOriginal, transformForVariant } from "./fit.ts";

export type Fitted = {
  readonly opened: Opened;
  /** What the engine makes of these bytes, so that the result is the one that the original gives. */
  readonly transform: Transform;
  /** Upright size of the original; null = not known, it may be larger than these bytes. */
  readonly original: Size | null;
  /** They show a square cut from the middle of the original. */
  readonly crops: boolean;
};

export type Fitting =
  | ({ readonly kind: "fits" } & Fitted)
  /** Too few pixels, or the request needs the original. `shape`: the upright size of these bytes. */
  | { readonly kind: "too small"; readonly shape: Size }
  /** It has another shape than the original: a crop that was not asked for, or another picture. */
  | { readonly kind: "another picture" };

/** What the rule says of a rendition. */
export type Promised = Pick<Candidate, "bound" | "lastResort" | "crops">;

/** Of bytes from our own store no rule says anything. */
export const NOTHING_PROMISED: Promised = { bound: null, lastResort: false, crops: false };

/** `original`: upright size of the original, null = not known. Throws Failure for bytes that are no picture. */
export async function fitBytes(
  bytes: Uint8Array,
  promised: Promised,
  wanted: Transform,
  original: Size | null,
): Promise<Fitting> {
  const { crops, lastResort } = promised;
  const opened = await openFile(bytes);
  const shape = uprightSize(headerOf(opened.source));
  const shown = original !== null && crops ? middleSquare(original) : original;
  if (shown !== null && !isSameShape(shape, shown)) return { kind: "another picture" };
  const size = shown ?? (!crops && isWholeOriginal(promised, shape) ? shape : null);
  const transform = transformForVariant(shape, wanted, size ?? (lastResort ? shape : null));
  if (transform === null) return { kind: "too small", shape };
  return { kind: "fits", opened, transform, original: crops ? original : size, crops };
}

function middleSquare({ width, height }: Size): Size {
  const side = Math.min(width, height);
  return { width: side, height: side };
}
