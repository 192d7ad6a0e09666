/** Milliseconds, counted in steps of half a percent: a median of tens of millions without keeping them. */
const STEP = Math.log(1.005);

export class Times {
  readonly #counts: number[] = [];
  #count = 0;
  #sum = 0;

  add(ms: number): void {
    const step = Math.max(0, Math.round(Math.log(Math.max(1, ms)) / STEP));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#count++;
    this.#sum += ms;
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#sum / this.#count;
  }

  /** NaN without any. */
  get median(): number {
    let seen = 0;
    for (let step = 0; step < this.#counts.length; step++) {
      seen += this.#counts[step] ?? 0;
      if (seen * 2 >= this.#count && seen > 0) return Math.exp(step * STEP);
    }
    return Number.NaN;
  }
}
