/** Puts pixels with alpha on a background colour. */
import type { Pixels } from "../picture.ts";

/** Pixels with alpha -> opaque pixels on `background` (8-bit RGB), in place. Opaque pictures come back unchanged. */
export function flatten(pixels: Pixels, background: readonly [number, number, number]): Pixels {
  if (!pixels.alpha) return pixels;
  const { data } = pixels;
  for (let i = 0; i < data.length; i += 4) {
    const a = data[i + 3] as number;
    if (a === 255) continue;
    for (let c = 0; c < 3; c++) {
      data[i + c] = Math.round(((data[i + c] as number) * a + (background[c] as number) * (255 - a)) / 255);
    }
    data[i + 3] = 255;
  }
  return { ...pixels, alpha: false };
}
