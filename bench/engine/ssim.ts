/** Structural similarity (Wang et al. 2004) of two RGB pictures by their luma: 8x8 windows, every 4 pixels. */
import { windowSsim } from "../../src/image/analyse/lumaSsim.ts";

const WINDOW = 8;
const STEP = 4;

/** Both `width * height * channels` bytes, channels >= 3 with RGB first. Gives the mean over all windows, 1 = equal. */
export function ssim(a: Uint8Array, b: Uint8Array, width: number, height: number, channels: number): number {
  const [x, y] = [luma(a, width * height, channels), luma(b, width * height, channels)];
  let [sum, windows] = [0, 0];
  for (let top = 0; top + WINDOW <= height; top += STEP) {
    for (let left = 0; left + WINDOW <= width; left += STEP) {
      sum += windowSsim(x, y, top * width + left, width, WINDOW, WINDOW);
      windows++;
    }
  }
  return sum / windows;
}

function luma(pixels: Uint8Array, count: number, channels: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const at = i * channels;
    return 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  });
}
