/** Which of two like pictures stands for both: the largest, then the oldest, then the most viewed. Pure. */

export type Standing = {
  /** Pixels of the original, or of what was fetched of it. */
  readonly pixels: number;
  /** Unix milliseconds; null = not known, which counts as later than any time that is. */
  readonly createdAt: number | null;
  /** null = not known, which counts as less than none. */
  readonly views: number | null;
  /** A number made from the identifier. It decides last, so that the order is the same in every run. */
  readonly tie: number;
};

/** Negative if `a` stands before `b`. */
export function compareStanding(a: Standing, b: Standing): number {
  if (a.pixels !== b.pixels) return b.pixels - a.pixels;
  const [timeA, timeB] = [a.createdAt ?? Number.MAX_VALUE, b.createdAt ?? Number.MAX_VALUE];
  if (timeA !== timeB) return timeA - timeB;
  const [viewsA, viewsB] = [a.views ?? -1, b.views ?? -1];
  if (viewsA !== viewsB) return viewsB - viewsA;
  return a.tie - b.tie;
}
