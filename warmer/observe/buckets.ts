/** A histogram as plain counters: one addition per value, no allocation. */
export class BucketCounts {
  readonly bounds: readonly number[];
  /** Values <= each bound, not cumulated; the last is what lies above all. */
  readonly counts: Float64Array;
  sum = 0;

  /** @param bounds upper bounds, ascending */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let i = 0;
    while (i < this.bounds.length && value > (this.bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.sum += value;
  }

  total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
