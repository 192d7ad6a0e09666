/**
 * A strict sliding window over amounts (bytes, starts of a day), kept in buckets. An amount counts until its whole bucket
 * has left the window, so the window is never looser than it says, and at most one bucket stricter. Pure.
 */

export type BucketRules = { readonly bucketMs: number; readonly windowMs: number };

/** Bucket number and amount, ascending. Bucket n covers `n * bucketMs` up to the next one. JSON. */
export type Buckets = readonly (readonly [number, number])[];

/** 10 seconds, in steps of which 10.1 s hold at most a hundredth too much. */
export const BYTE_WINDOW = { bucketMs: 100, windowMs: 10_000 } as const satisfies BucketRules;
/** 24 hours. */
export const DAY_WINDOW = { bucketMs: 3_600_000, windowMs: 86_400_000 } as const satisfies BucketRules;

/** With `amount` at the time `at`. A negative one takes back what did not happen. */
export function withAmount(buckets: Buckets, at: number, amount: number, { bucketMs }: BucketRules): Buckets {
  if (amount === 0) return buckets;
  const bucket = Math.floor(at / bucketMs);
  const known = buckets.find(([n]) => n === bucket);
  const rest = buckets.filter(([n]) => n !== bucket);
  const sum = (known?.[1] ?? 0) + amount;
  return sum <= 0 ? rest : [...rest, [bucket, sum] as const].sort(([a], [b]) => a - b);
}

/** Without the buckets that have left the window. */
export function inWindow(buckets: Buckets, now: number, rules: BucketRules): Buckets {
  return buckets.filter(([bucket]) => leavesAt(bucket, rules) >= now);
}

export function sumOf(buckets: Buckets): number {
  return buckets.reduce((sum, [, amount]) => sum + amount, 0);
}

/** When `amount` more has left the window. Infinity when it does not hold so much. */
export function freedAt(buckets: Buckets, amount: number, rules: BucketRules): number {
  let freed = 0;
  for (const [bucket, held] of buckets) {
    freed += held;
    if (freed >= amount) return leavesAt(bucket, rules) + 1;
  }
  return Number.POSITIVE_INFINITY;
}

function leavesAt(bucket: number, { bucketMs, windowMs }: BucketRules): number {
  return (bucket + 1) * bucketMs + windowMs;
}
