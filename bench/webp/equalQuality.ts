/** How many bytes an encoder would need for a given score, from files it made at several qualities. */

export type Point = { readonly bytes: number; readonly score: number };

/**
 * Bytes at `score` on the line through the two nearest points, in the logarithm of the bytes. Scores beyond the points
 * lie on the line through the outer two.
 */
export function bytesAt(points: readonly Point[], score: number): number {
  const sorted = [...points].sort((a, b) => a.score - b.score);
  let i = 0;
  while (i < sorted.length - 2 && (sorted[i + 1]?.score ?? 0) < score) i++;
  const [low, high] = [sorted[i], sorted[i + 1]];
  if (low === undefined || high === undefined) throw new Error("two points are needed");
  const share = (score - low.score) / (high.score - low.score);
  return Math.exp(Math.log(low.bytes) + share * (Math.log(high.bytes) - Math.log(low.bytes)));
}

/** SSIM on a scale on which the bytes grow evenly: it is near 1 for every usable picture. */
export function ssimScore(ssim: number): number {
  return -Math.log(1 - ssim);
}
