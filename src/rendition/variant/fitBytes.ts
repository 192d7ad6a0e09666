/** Opens a provider's rendition and fits the request to it. */
import type { Size } from "../../image/picture.ts";
import { type Opened, openFile } from "../../image/readHeader.ts";
import { headerOf } from "../../image/header.ts";
import type { Candidate } from "../../origin/providers/candidate.ts";
import type { Transform } from "../../request/transform.ts";
import { uprightSize } from "../../store/sourceMeta.ts";
import { isSameShape, isWholeOriginal, transformForVariant } from "./fit.ts";

export type Fitted = {
  readonly opened: Opened;
  /** What the engine makes of these bytes, so that the result is the one that the original gives. */
  readonly transform: Transform;
  /** Upright size of the original; null = not known, it may be larger than these bytes. */
  readonly original: Size | null;
};

export type Fitting =
  | ({ readonly kind: "fits" } & Fitted)
  /** Too few pixels, or the request needs the original. `shape`: the upright size of these bytes. */
  | { readonly kind: "too small"; readonly shape: Size }
  /** It has another shape than the original: a crop, or another picture. */
  | { readonly kind: "another picture" };

/** What says how large a rendition should be; of bytes from our own store nothing does. */
export type Promised = Pick<Candidate, "bound" | "lastResort">;

export const NOTHING_PROMISED: Promised = { bound: null, lastResort: false };

/** `original`: upright size of the original, null = not known. Throws Failure for bytes that are no picture. */
export async function fitBytes(
  bytes: Uint8Array,
  promised: Promised,
  wanted: Transform,
  original: Size | null,
): Promise<Fitting> {
  const opened = await openFile(bytes);
  const shape = uprightSize(headerOf(opened.source));
  if (original !== null && !isSameShape(shape, original)) return { kind: "another picture" };
  const size = original ?? (isWholeOriginal(promised, shape) ? shape : null);
  const transform = transformForVariant(shape, wanted, size ?? (promised.lastResort ? shape : null));
  return transform === null ? { kind: "too small", shape } : { kind: "fits", opened, transform, original: size };
}
