/** The points of a log, kept in memory: what the page of the demo is made of. */
import { type Point, pointOf, pointOfUsage } from "../../record.ts";
import { tracesIn, usageIn } from "../figures/traces.ts";
import type { Ask } from "./ask/askAll.ts";
import { evaluate, type WeightedPoint } from "./ask/evaluate.ts";

/** Older points are forgotten. */
const MOST_POINTS = 100_000;

export class CollectedPoints {
  readonly #points: WeightedPoint[] = [];

  /** Takes a line of the Worker's log. Other text is left out. Never throws. */
  add(text: string): void {
    this.#points.push(...pointsIn(text));
    if (this.#points.length > 2 * MOST_POINTS) this.#points.splice(0, this.#points.length - MOST_POINTS);
  }

  readonly ask: Ask = async (question, window) => evaluate(question, this.#points, window);
}

/** The points that the Worker wrote beside a line of its log. Never throws. */
export function pointsIn(text: string): readonly WeightedPoint[] {
  const written = (point: Point, time: string) => ({ point, at: Date.parse(time), interval: 1 });
  return [
    ...tracesIn(text).map((trace) => written(pointOf(trace), trace.time)),
    ...usageIn(text).map((line) => written(pointOfUsage(line), line.time)),
  ];
}
