/** Draws a watermark over a picture. */
import type { MarkPlace } from "../geometry/markPlace.ts";
import type { Pixels } from "../picture.ts";

/**
 * Draws `mark`, which has the size of its place, over `pixels`, in place: the operator "over" of Porter and Duff. `opacity`
 * (0 to 1) multiplies the mark's alpha.
 */
export function drawMark(pixels: Pixels, mark: Pixels, place: MarkPlace, opacity: number): Pixels {
  const { width, height, data } = pixels;
  const { every } = place;
  const columns = Int32Array.from({ length: width }, (_, x) => indexIn(x, place.left, place.width, every?.width));
  for (let y = 0; y < height; y++) {
    const row = indexIn(y, place.top, place.height, every?.height);
    if (row < 0) continue;
    for (let x = 0; x < width; x++) {
      const column = columns[x] as number;
      if (column >= 0) over(data, 4 * (y * width + x), mark.data, 4 * (row * mark.width + column), opacity);
    }
  }
  return pixels;
}

/** Which column (or row) of the mark lies at `at`; -1 = none. */
function indexIn(at: number, start: number, length: number, every: number | undefined): number {
  const from = at - start;
  const index = every === undefined ? from : ((from % every) + every) % every;
  return index >= 0 && index < length ? index : -1;
}

function over(data: Uint8Array, at: number, mark: Uint8Array, from: number, opacity: number): void {
  const above = ((mark[from + 3] as number) / 255) * opacity;
  if (above === 0) return;
  const below = ((data[at + 3] as number) / 255) * (1 - above);
  const alpha = above + below;
  for (let c = 0; c < 3; c++) {
    data[at + c] = Math.round(((mark[from + c] as number) * above + (data[at + c] as number) * below) / alpha);
  }
  data[at + 3] = Math.round(255 * alpha);
}
