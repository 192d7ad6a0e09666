/** What is done to the pixels of a result: blur, sharpen, pixelate, in imgproxy's order. */
import type { Transform } from "../../request/transform.ts";
import type { Pixels } from "../picture.ts";
import { blur } from "./blur.ts";
import { pixelate } from "./pixelate.ts";
import { sharpen } from "./sharpen.ts";

export type Filters = Pick<Transform, "blur" | "sharpen" | "pixelate">;

export function filtersOf({ blur, sharpen, pixelate }: Transform): Filters {
  return { blur, sharpen, pixelate };
}

export function hasFilters({ blur, sharpen, pixelate }: Filters): boolean {
  return blur > 0 || sharpen > 0 || pixelate > 1;
}

/** Memory beside the picture, in bytes a pixel: sharpening holds the lightness twice, in 16 bits. */
export function filterBytesPerPixel(filters: Filters): number {
  return filters.sharpen > 0 ? 4 : 0;
}

/** Pixels -> the same, filtered in place. */
export function filter(pixels: Pixels, filters: Filters): Pixels {
  if (filters.blur > 0) blur(pixels, filters.blur);
  if (filters.sharpen > 0) sharpen(pixels, filters.sharpen);
  if (filters.pixelate > 1) pixelate(pixels, filters.pixelate);
  return pixels;
}
