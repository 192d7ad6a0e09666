/** For decoders that give whole frames: the frame's rows through the resampler. */
import type { Pixels, View } from "../view.ts";
import { createResizer } from "./resizer.ts";

/** A whole decoded frame (RGBA) -> the view's pixels. `view` is in the frame's own pixels. */
export async function resizeWhole(frame: Pixels, view: View): Promise<Pixels> {
  const resizer = await createResizer(view, frame.alpha);
  resizer.push(frame.data, frame.width * 4, frame.height);
  return resizer.finish();
}

/** The same view on a frame that was decoded at a smaller scale: `width` x `height` instead of the source's sides. */
export function scaleView(
  view: View,
  from: { width: number; height: number },
  to: { width: number; height: number },
): View {
  const x = to.width / from.width;
  const y = to.height / from.height;
  const { window, bounds } = view;
  const left = Math.floor(bounds.left * x);
  const top = Math.floor(bounds.top * y);
  return {
    ...view,
    window: { left: window.left * x, top: window.top * y, width: window.width * x, height: window.height * y },
    bounds: {
      left,
      top,
      width: Math.min(to.width, Math.ceil((bounds.left + bounds.width) * x)) - left,
      height: Math.min(to.height, Math.ceil((bounds.top + bounds.height) * y)) - top,
    },
  };
}
