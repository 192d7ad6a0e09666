/** What the thumbnails of a run are. Pure. */
import { applyOption, DEFAULTS, splitOptions } from "../../../request/options/applyOption.ts";
import type { Transform } from "../../../request/transform.ts";
import { wordsOf } from "../wordsOf.ts";
import { ASSUMED } from "./expected.ts";

/** The transform of option segments, or what is wrong with them. */
export function transformOf(segments: readonly string[]): Transform | string {
  try {
    return splitOptions(segments.reduce((options, segment) => applyOption(options, segment), DEFAULTS)).transform;
  } catch (error) {
    return wordsOf(error);
  }
}

/** Pixels of a usual rendition. A side that is not given follows the shape. */
export function pixelsOf({ width, height, dpr }: Transform): number {
  const wide = width || (height === 0 ? 2_048 : height / ASSUMED.shape);
  return wide * (height || wide * ASSUMED.shape) * dpr * dpr;
}
