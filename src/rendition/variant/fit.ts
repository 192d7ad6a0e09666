/** Fits a request to a provider's rendition, so that the result is the one that the original gives. Pure. */
import type { Size } from "../../image/picture.ts";
import type { Candidate } from "../../origin/providers/candidate.ts";
import { needsOriginal } from "../../origin/providers/needed.ts";
import type { Transform } from "../../request/transform.ts";
import { maybeLarger, scaledTransform } from "../scaledTransform.ts";

/** A provider may round its sides down, so one pixel less than the result is enough. */
const ROUNDING = 1;

/**
 * The transform for the engine, or null when the variant has too few pixels or the request needs the original itself.
 * `variant` and `original` are upright sizes; `original` null = unknown, and then it may be any larger size of this shape.
 */
export function transformForVariant(variant: Size, wanted: Transform, original: Size | null): Transform | null {
  if (needsOriginal(wanted)) return null;
  if (original !== null && original.width === variant.width && original.height === variant.height) return wanted;
  // A square may be a rounded picture of either shape, and `auto` depends on the shape.
  if (original === null && wanted.resize === "auto" && variant.width === variant.height) return null;
  const source = original ?? maybeLarger(variant);
  const isEnough = (window: Size, result: Size) =>
    window.width >= result.width - ROUNDING && window.height >= result.height - ROUNDING;
  return scaledTransform(variant, source, wanted, isEnough);
}

/**
 * Whether a rendition is as large as the original, because it is smaller than the provider promises: a provider with exact
 * sizes enlarges nothing. Never of what stands in for an original that is no picture.
 */
export function isWholeOriginal(
  { bound, lastResort }: Pick<Candidate, "bound" | "lastResort">,
  upright: Size,
): boolean {
  if (lastResort || bound === null || !bound.exact) return false;
  return sideOf(upright, bound.measure) < bound.pixels - ROUNDING;
}

type Measure = NonNullable<Candidate["bound"]>["measure"];

function sideOf({ width, height }: Size, measure: Measure): number {
  if (measure === "width") return width;
  return measure === "height" ? height : Math.max(width, height);
}

/** Rounding, and providers that cut a row to reach a multiple. */
const SHAPE = { pixels: 2, share: 0.01 } as const;

/** Whether two sizes are of one picture at two scales. */
export function isSameShape(variant: Size, original: Size): boolean {
  const height = (variant.width * original.height) / original.width;
  const width = (variant.height * original.width) / original.height;
  const isNear = (a: number, b: number) => Math.abs(a - b) <= Math.max(SHAPE.pixels, SHAPE.share * b);
  return isNear(variant.height, height) || isNear(variant.width, width);
}
