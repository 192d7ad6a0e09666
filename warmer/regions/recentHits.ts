/** How long it takes until a hint counts half, ms of the steady clock. */
const HALF_MS = 600_000;

/**
 * How often hints have named each data centre lately: a decaying count. It says where the readers of a country are, as far
 * as the senders know it. Data centres are numbers (the code of their letters).
 */
export class RecentHits {
  readonly #counts: Float64Array;
  #since = 0;

  /** @param codes how many numbers there are */
  constructor(codes: number) {
    this.#counts = new Float64Array(codes);
  }

  note(colo: number): void {
    this.#counts[colo] = this.of(colo) + 1;
  }

  of(colo: number): number {
    return this.#counts[colo] ?? 0;
  }

  /** Call it regularly. @param now ms of the steady clock */
  decay(now: number): void {
    const factor = 0.5 ** (Math.max(0, now - this.#since) / HALF_MS);
    this.#since = now;
    for (let i = 0; i < this.#counts.length; i++) this.#counts[i] = this.of(i) * factor;
  }
}
