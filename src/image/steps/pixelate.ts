/** Makes a picture of squares. */
import type { Pixels } from "../picture.ts";

/**
 * Pixels -> squares of `size` pixels in place, each with the mean of what it covers. As in imgproxy a square that goes past
 * the right or the lower edge is filled with the picture's mirror image. `size` is at most the longer side.
 */
export function pixelate({ width, height, data }: Pixels, asked: number): void {
  const size = Math.min(asked, Math.max(width, height));
  for (let top = 0; top < height; top += size) {
    for (let left = 0; left < width; left += size) {
      const mean = meanOf({ width, height, data }, left, top, size);
      for (let y = top; y < Math.min(height, top + size); y++) {
        for (let x = left; x < Math.min(width, left + size); x++) data.set(mean, 4 * (y * width + x));
      }
    }
  }
}

function meanOf(
  { width, height, data }: Pick<Pixels, "width" | "height" | "data">,
  left: number,
  top: number,
  size: number,
): readonly number[] {
  const sums = [0, 0, 0, 0] as [number, number, number, number];
  for (let y = top; y < top + size; y++) {
    const row = 4 * width * mirrored(y, height);
    for (let x = left; x < left + size; x++) {
      const at = row + 4 * mirrored(x, width);
      const a = data[at + 3] as number;
      for (let c = 0; c < 3; c++) sums[c as 0 | 1 | 2] += (data[at + c] as number) * a;
      sums[3] += a;
    }
  }
  const [r, g, b, a] = sums;
  const of = a || 1;
  return [Math.round(r / of), Math.round(g / of), Math.round(b / of), Math.round(a / (size * size))];
}

/** 0 1 2 | 2 1 0 | 0 1 2 */
function mirrored(at: number, length: number): number {
  const within = at % (2 * length);
  return within < length ? within : 2 * length - 1 - within;
}
