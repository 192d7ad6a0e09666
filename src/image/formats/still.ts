/** Makes the Source for formats where the engine needs little more than the size. */
import type { Header, Source } from "../header.ts";
import type { InputFormat } from "./registry.ts";

/** Sides and the known properties -> a Source with one frame. All other properties get their plain value. */
export function still(
  format: InputFormat,
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
