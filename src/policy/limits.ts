/** Refuses a request whose result is too large for any source, before a source is asked. Pure. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import type { Transform } from "../request/transform.ts";

/**
 * Throws Failure `result_too_large` when the result is certain to be over the limits. That is certain only when the
 * picture may grow (`enlarge`) to a side that is given. The plan decides all other cases from the picture's header, by
 * the same limits.
 */
export function refuseHugeResult(
  { resize, width, height, dpr, enlarge, extend, zoom }: Transform,
  { maxResultSide, maxResultPixels }: Pick<Config, "maxResultSide" | "maxResultPixels">,
): void {
  if (!enlarge) return;
  const sides = [Math.round(width * dpr * zoom.x), Math.round(height * dpr * zoom.y)] as const;
  const [w, h] = sides;
  const isBox = resize === "fill" || resize === "force" || (extend !== null && resize === "fit");
  const exact = w > 0 && h > 0 ? isBox : (w > 0 || h > 0) && resize !== "fit-down";
  if (!exact) return;
  const value = `${w || "?"}x${h || "?"}`;
  if (Math.max(...sides) > maxResultSide) {
    throw new Failure("result_too_large", { value, limit: `${maxResultSide} px a side` });
  }
  if (w * h > maxResultPixels) throw new Failure("result_too_large", { value, limit: `${maxResultPixels} pixels` });
}
