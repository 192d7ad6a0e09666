/** Replaces the resampler when the size does not change: it copies whole pixels. */
import type { View } from "../picture.ts";
import type { RowResizer } from "./rowResizer.ts";

/** Whether the view is a window of whole pixels, and its result has the same size. */
export function isCopy({ window, width, height }: View): boolean {
  const whole = Number.isInteger(window.left) && Number.isInteger(window.top);
  return whole && window.width === width && window.height === height;
}

/** A Resizer that cuts the window out of the rows. */
export function createCopier({ window, width, height }: View, alpha: boolean): RowResizer {
  const data = new Uint8Array(width * height * 4);
  if (!alpha) data.fill(255);
  let seen = 0;
  return {
    get done() {
      return seen >= window.top + height;
    },
    push(rows, stride, count) {
      for (let i = 0; i < count; i++, seen++) {
        const y = seen - window.top;
        if (y < 0 || y >= height) continue;
        const from = i * stride + 4 * window.left;
        data.set(rows.subarray(from, from + 4 * width), 4 * width * y);
      }
    },
    finish: () => ({ width, height, data, alpha }),
  };
}
