/** What is done to a picture in its final size, in imgproxy's order: filters, background, canvas, watermark. */
import type { Pixels } from "../picture.ts";
import type { Plan } from "../plan.ts";
import { extend } from "./extend.ts";
import { filter, hasFilters } from "./filter.ts";
import { flatten } from "./flatten.ts";
import { drawMark } from "./watermark.ts";

type Drawing = Pick<Plan, "filters" | "background" | "canvas" | "mark">;

/** Upright pixels -> the result's. They may be changed in place. `mark`: the watermark's pixels, where the plan has one. */
export function drawn(pixels: Pixels, plan: Drawing, mark: Pixels | null): Pixels {
  const { filters, background, canvas } = plan;
  const filtered = filter(pixels, filters);
  const flat = background === null ? filtered : flatten(filtered, background);
  const whole = canvas === null ? flat : extend(flat, canvas);
  return mark === null || plan.mark === null ? whole : drawMark(whole, mark, plan.mark, plan.mark.opacity);
}

/** Whether filters or the background change these pixels in place. */
export function changesPixels({ filters, background }: Drawing, { alpha }: Pixels): boolean {
  return hasFilters(filters) || (background !== null && alpha);
}
