/** How long a store takes at a moment: distance, trouble and noise. Times in seconds from the start. */
import type { Region, SimulatedColo } from "./world.ts";

export type Trouble = {
  readonly region: Region;
  readonly colos: ReadonlySet<string>;
  readonly extraMs: number;
  readonly from: number;
  readonly to: number;
};

/** Shares of a figure: 0.3 = 30 %. */
export type Noise = {
  /** Of each read by itself: the standard deviation of the logarithm. */
  readonly read: number;
  /** Of a data centre's way to a region, up or down, another one each minute. */
  readonly way: number;
  /** Of a region as a whole, up or down, another one each minute. */
  readonly region: number;
};

export const NO_NOISE: Noise = { read: 0, way: 0, region: 0 };

export class Sky {
  readonly #troubles: readonly Trouble[];
  readonly #noise: Noise;
  readonly #random: () => number;
  #spare: number | null = null;
  #minute = -1;
  #factors = new Map<string, number>();

  constructor(troubles: readonly Trouble[], noise: Noise, random: () => number) {
    this.#troubles = troubles;
    this.#noise = noise;
    this.#random = random;
  }

  /** Without noise, in milliseconds. */
  trueMs({ colo, regions }: SimulatedColo, region: Region, second: number): number {
    let ms = regions[region];
    for (const one of this.#troubles) {
      if (one.region === region && second >= one.from && second < one.to && one.colos.has(colo)) ms += one.extraMs;
    }
    return ms;
  }

  /** What all reads of a data centre share in this minute, as a factor. */
  factor(colo: string, region: Region, second: number): number {
    if (this.#noise.region === 0 && this.#noise.way === 0) return 1;
    const minute = Math.floor(second / 60);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#factors = new Map();
    }
    return this.#shared(region, this.#noise.region) * this.#shared(`${colo} ${region}`, this.#noise.way);
  }

  /** What one read has of its own, as a factor. */
  readFactor(): number {
    const { read } = this.#noise;
    return read === 0 ? 1 : Math.exp(read * this.#normal());
  }

  /** Normally distributed numbers come in pairs (Box and Muller 1958). */
  #normal(): number {
    const spare = this.#spare;
    this.#spare = null;
    if (spare !== null) return spare;
    const radius = Math.sqrt(-2 * Math.log(1 - this.#random()));
    const angle = 2 * Math.PI * this.#random();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  #shared(name: string, share: number): number {
    if (share === 0) return 1;
    const known = this.#factors.get(name);
    if (known !== undefined) return known;
    const factor = 1 + share * (2 * this.#random() - 1);
    this.#factors.set(name, factor);
    return factor;
  }
}
