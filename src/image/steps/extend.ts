/** Puts a picture on a larger canvas. */
import type { Colour } from "../../request/transform.ts";
import type { Pixels, Rect } from "../picture.ts";

/**
 * Pixels -> pixels of the canvas's size, the picture with its upper left corner at `left` and `top`, which must leave room
 * for it. The rest has `colour` (8-bit RGB) and is opaque, or is transparent where that is null.
 */
export function extend(pixels: Pixels, canvas: Rect & { readonly colour: Colour | null }): Pixels {
  const { left, top, width, height, colour } = canvas;
  const data = new Uint8Array(4 * width * height);
  if (colour !== null) new Uint32Array(data.buffer).fill(new Uint32Array(Uint8Array.of(...colour, 255).buffer)[0] ?? 0);
  const stride = 4 * pixels.width;
  for (let y = 0; y < pixels.height; y++) {
    data.set(pixels.data.subarray(y * stride, (y + 1) * stride), 4 * ((top + y) * width + left));
  }
  return { width, height, data, alpha: pixels.alpha || colour === null };
}
