/** Resamples whole frames, for decoders that do not give rows. */
import { checkSize, type DctScale, type Pixels, type Size, type View } from "../picture.ts";
import { createResizer } from "./resizer.ts";

/**
 * A whole decoded frame -> the view's pixels. `source` has the full size that the header says, `view` is in its pixels.
 * The frame may be reduced by `dctScale`. Throws image_damaged when the frame has another size than the header says.
 */
export async function resizeWhole(frame: Pixels, source: Size, view: View, dctScale: DctScale = 8): Promise<Pixels> {
  const scale = dctScale / 8;
  const size = { width: Math.ceil(source.width * scale), height: Math.ceil(source.height * scale) };
  checkSize(frame, size);
  const scaled = scale === 1 ? view : scaleView(view, scale, size.width, size.height);
  const resizer = await createResizer(scaled, frame.alpha);
  resizer.push(frame.data, frame.width * 4, frame.height);
  return resizer.finish();
}

/** Pixels reduced `by` times in both directions: the second pass of a very strong reduction. The same pixels for 1. */
export async function dividedBy(pixels: Pixels, by: number): Promise<Pixels> {
  if (by === 1) return pixels;
  const { width, height } = pixels;
  const whole = { left: 0, top: 0, width, height };
  return await resizeWhole(pixels, pixels, { window: whole, bounds: whole, width: width / by, height: height / by });
}

/**
 * The same view on a frame that was decoded at `scale` (1/8, 1/4, 1/2 or 1). `width` and `height` are the frame's own
 * sides. They are rounded up: the last column or row may stand for less than a whole one.
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
