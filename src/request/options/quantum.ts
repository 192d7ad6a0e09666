/**
 * The step in which numbers are read. The cache key writes numbers in this step, so the plan must see no finer ones:
 * two requests that share a key must make the same picture.
 */
import type { Gravity, Transform } from "../imageRequest.ts";

const STEPS = 1_000_000;

/** The smallest difference between two numbers of a request. */
export const QUANTUM = 1 / STEPS;

/** A number -> the nearest multiple of `QUANTUM`. Minus zero becomes zero. */
export function quantise(value: number): number {
  return Math.round(value * STEPS) / STEPS + 0;
}

/**
 * A length: pixels from 1 on, a share of the picture's side below 1. A share just below 1 becomes the largest share,
 * `1 - QUANTUM`, because 1 would mean one pixel.
 */
export function quantiseLength(value: number): number {
  const nearest = quantise(value);
  return Math.abs(value) < 1 && Math.abs(nearest) === 1 ? nearest * quantise(1 - QUANTUM) : nearest;
}

const CENTRE: Gravity = { kind: "compass", at: "ce", x: 0, y: 0 };

/**
 * The same picture said in one way. `fit`, and `force` with both sides, cut nothing: gravity has no effect and dpr is
 * only a factor of the sides. The other types keep dpr, because it multiplies gravity offsets and the sides that are
 * not given. The key and the geometry both use this form.
 */
export function folded(t: Transform): Transform {
  if (t.crop !== null || (t.resize !== "fit" && t.resize !== "force")) return t;
  const sides = [t.width, t.height].filter((side) => side > 0).length;
  if (sides === 0 || (sides === 1 && t.resize === "force")) return { ...t, gravity: CENTRE };
  return { ...t, gravity: CENTRE, width: quantise(t.width * t.dpr), height: quantise(t.height * t.dpr), dpr: 1 };
}
