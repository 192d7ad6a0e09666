/** What is worked out from the pixels of a render that is done anyway. Pure, and never the reason that a render fails. */
import type { TapName } from "../../config/taps.ts";
import type { Pixels } from "../picture.ts";
import type { Look } from "../rendition.ts";
import { dHashOf } from "./dhash.ts";
import { lookOf } from "./look.ts";
import { pdqOf } from "./pdq.ts";
import { gridOf } from "./reduction.ts";

/** The shortest long side, in pixels, of a rendition that gets hashes. */
const LEAST_SIDE = 256;

/**
 * The taps of a picture in at most 3 ms and 1 MB, whatever its size. Hashes are left out below a long side of 256 px. A
 * tap that throws leaves its fields out.
 */
export function tapsOf(pixels: Pixels, names: readonly TapName[]): Look {
  const wants = (...some: readonly TapName[]) => names.some((name) => some.includes(name));
  const { thumbhash, colour } = wants("thumbhash", "colour") ? attempt(() => lookOf(pixels)) : {};
  const isLarge = Math.max(pixels.width, pixels.height) >= LEAST_SIDE;
  const hashes = isLarge && wants("dhash", "pdq") ? attempt(() => hashesOf(pixels, names)) : {};
  return {
    ...(thumbhash !== undefined && wants("thumbhash") ? { thumbhash } : {}),
    ...(colour !== undefined && wants("colour") ? { colour } : {}),
    ...hashes,
  };
}

function hashesOf(pixels: Pixels, names: readonly TapName[]): Pick<Look, "dhash" | "pdq"> {
  const grid = gridOf(pixels);
  return {
    ...(names.includes("dhash") ? { dhash: dHashOf(grid) } : {}),
    ...(names.includes("pdq") ? { pdq: pdqOf(grid) } : {}),
  };
}

function attempt<T extends object>(tap: () => T): Partial<T> {
  try {
    return tap();
  } catch {
    return {};
  }
}
