/** For decoders that give whole frames: the frame's rows through the resampler. */
import type { Pixels, View } from "../picture.ts";
import { createResizer } from "./resizer.ts";

/** A whole decoded frame (RGBA) -> the view's pixels. `view` is in the frame's own pixels. */
export async function resizeWhole(frame: Pixels, view: View): Promise<Pixels> {
  const resizer = await createResizer(view, frame.alpha);
  resizer.push(frame.data, frame.width * 4, frame.height);
  return resizer.finish();
}

/**
 * The same view on a frame decoded at `scale` (a DCT scale: the frame's samples lie exactly that much closer together).
 * `width` and `height` are the frame's own sides, which are rounded up: its last column or row may stand for less.
 */
export function scaleView(view: View, scale: number, width: number, height: number): View {
  const { window, bounds } = view;
  const left = Math.floor(bounds.left * scale);
  const top = Math.floor(bounds.top * scale);
  return {
    ...view,
    window: {
      left: window.left * scale,
      top: window.top * scale,
      width: window.width * scale,
      height: window.height * scale,
    },
    bounds: {
      left,
      top,
      width: Math.min(width, Math.ceil((bounds.left + bounds.width) * scale)) - left,
      height: Math.min(height, Math.ceil((bounds.top + bounds.height) * scale)) - top,
    },
  };
}
