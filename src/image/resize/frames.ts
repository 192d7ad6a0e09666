/** Resamples the frames of an animation. What did not change from frame to frame is not made anew. */
import type { Rows, ShownFrame } from "../animation/frames.ts";
import type { Pixels, View } from "../picture.ts";
import { isCopy } from "./copier.ts";
import { type PreparedResizer, prepareResizer } from "./resizer.ts";
import { resizeWhole } from "./whole.ts";

/**
 * Frames in the order in which they are shown -> the view's pixels of each, in a new array. Nothing else may use the
 * resampler's engine meanwhile, unless `keepsFilters` is false: then every frame is resampled as a whole.
 */
export function createFrameResizer(view: View, keepsFilters = true): (frame: ShownFrame) => Promise<Pixels> {
  const { width, height } = view;
  let prepared: { readonly resizer: PreparedResizer; readonly alpha: boolean } | null = null;
  let last: Uint8Array | null = null;
  return async ({ pixels, changed }) => {
    const { alpha, data } = pixels;
    if (isCopy(view) || !keepsFilters) return resizeWhole(pixels, pixels, view);
    let rows: Rows = changed;
    if (prepared?.alpha !== alpha) {
      prepared = { resizer: await prepareResizer(view, alpha), alpha };
      rows = { top: 0, bottom: pixels.height };
    }
    last = last === null ? new Uint8Array(4 * width * height) : last.slice();
    prepared.resizer.renew(data, 4 * pixels.width, rows, last);
    return { width, height, data: last, alpha };
  };
}
