/** A plain single picture, for formats of which the engine needs nothing but the size. */

import type { Source } from "../picture.ts";
import type { Header, SourceFormat } from "../rendition.ts";

/** Sizes and the few facts known -> Source with everything else at its plainest. */
export function still(
  format: SourceFormat,
  width: number,
  height: number,
  known: Partial<Pick<Header, "alpha" | "orientation" | "colour">>,
): Source {
  return {
    format,
    width,
    height,
    orientation: known.orientation ?? 1,
    frames: 1,
    alpha: known.alpha ?? false,
    progressive: false,
    colour: known.colour ?? "unknown",
    depth: 8,
    interlaced: false,
    scans: 1,
    coefficientBytes: 0,
    inflatedBytes: 0,
    icc: null,
    iccDeflated: false,
    inverted: false,
  };
}
