/** The source of formats of which the engine needs little more than the size. */
import type { Header, Source } from "../header.ts";
import type { InputFormat } from "./registry.ts";

/** Sides and the few known properties -> a Source with one frame and a plain value for everything else. */
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
