/** What trimming leaves of a source: the whole picture is decoded and looked at before the result is planned. */
import { Failure } from "../errors.ts";
import { NOTHING_MORE, type Trim } from "../request/transform.ts";
import type { Source } from "./header.ts";
import type { Pixels, Rect } from "./picture.ts";
import { type Plan, planRender } from "./plan.ts";
import type { LookOrder, See } from "./see.ts";
import { findTrim } from "./steps/trim.ts";

/** The whole picture as stored, each side divided by `factor` and rounded up. */
export type Copy = { readonly pixels: Pixels; readonly factor: number; readonly truncated: boolean };

/** `area`: the part that is no border, in pixels of the stored picture; null = all of it has one colour. */
export type Trimmed = { readonly area: Rect | null; readonly copy: Copy };

/**
 * Finds the border. Of a source over `order.mostSeen` pixels a smaller copy is looked at, so its edges are whole multiples of
 * 2, 4, … pixels. Throws Failure when not even a small copy fits into the memory.
 */
export async function trimmedArea(source: Source, trim: Trim, order: LookOrder, see: See): Promise<Trimmed> {
  const { plan, factor } = planWhole(source, order);
  const { pixels, truncated } = await see(plan);
  const copy = { pixels, factor, truncated };
  const found = findTrim(pixels, trim);
  if (found === null) return { area: null, copy };
  const [left, top] = [found.left * factor, found.top * factor];
  const right = Math.min(source.width, (found.left + found.width) * factor);
  const bottom = Math.min(source.height, (found.top + found.height) * factor);
  return { area: { left, top, width: right - left, height: bottom - top }, copy };
}

/** The plan of the whole stored picture, as large as it is or smaller by `factor`. */
function planWhole(
  source: Source,
  { transform, limits, fileBytes, mostSeen }: LookOrder,
): { readonly plan: Plan; readonly factor: number } {
  const huge = { ...limits, maxResultSide: Number.POSITIVE_INFINITY, maxResultPixels: Number.POSITIVE_INFINITY };
  for (let factor = 1; ; factor *= 2) {
    const [width, height] = [Math.ceil(source.width / factor), Math.ceil(source.height / factor)];
    if (width * height > mostSeen) continue;
    const whole = { ...transform, ...PLAIN, width, height };
    try {
      const plan = planRender(source, { transform: whole, format: "png", limits: huge, fileBytes });
      if (plan.shrink === 1) return { plan, factor };
      if (width * height === 1) throw new Failure("source_too_complex", { why: "it cannot be trimmed" });
    } catch (error) {
      const isSize = error instanceof Failure && error.reason === "result_too_large";
      if (!isSize || width * height === 1) throw error;
    }
  }
}

const PLAIN = {
  ...NOTHING_MORE,
  resize: "force",
  dpr: 1,
  enlarge: true,
  gravity: { kind: "compass", at: "ce", x: 0, y: 0 },
  crop: null,
  autoRotate: false,
  rotate: 0,
  extend: null,
  maxFrames: 1,
} as const;
