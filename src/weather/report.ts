/**
 * What an isolate tells the object of a region: the milliseconds of its look-ups, pooled per window. No user data: data
 * centre, region, tier, counts and a median.
 */

/** An isolate reports once in this time, in milliseconds. */
export const WINDOW_MS = 30_000;
/** The share of misses that ask the second-nearest store too, behind the answer. */
export const PROBE_SHARE = 0.01;
/** Milliseconds are cut to this. A read that never came counts with it. */
export const MAX_MS = 10_000;

/** `region`: the store of a region. `primary`: the primary bucket, which serves what the region does not have. */
export type MeasuredTier = "region" | "primary";

/** One read of a store. */
export type WeatherSample = {
  readonly tier: MeasuredTier;
  /** The region that was read, or the region of the look-up when the tier is `primary`. */
  readonly region: string;
  /**
   * From the call to the answer, in milliseconds. A read that was overtaken counts too, with its whole time: without the
   * slow ones a slow store looks fast.
   */
  readonly ms: number;
  /** The store had a copy. A probe counts as false. */
  readonly hit: boolean;
};

/** The samples of one store in one window. */
export type WeatherRow = {
  readonly tier: MeasuredTier;
  readonly region: string;
  readonly count: number;
  readonly hits: number;
  readonly medianMs: number;
};

export type WeatherReport = {
  readonly v: 1;
  /** Random name of the isolate, so that it counts once per window. */
  readonly isolate: string;
  /** Data centre, three capital letters. An isolate has one. */
  readonly colo: string;
  readonly rows: readonly WeatherRow[];
};

/** Reads are forgotten when the first of them is so old. */
const FORGET_MS = 180_000;
/** Samples that are kept for a median; newer ones replace the oldest. */
const MAX_KEPT = 256;

/**
 * The samples of an isolate until they are due. `note` each read; after the answer ask `take`, and send what it gives to
 * the object of the data centre's `home` (`weatherOf` in regionWeather.ts).
 */
export class ReportWindow {
  readonly #isolate: string;
  #colo = "";
  #since = Number.NaN;
  #samples = new Map<
    string,
    { row: Omit<WeatherRow, "count" | "hits" | "medianMs">; ms: number[]; count: number; hits: number }
  >();

  /** `isolate`: a random name of at most 32 characters. */
  constructor(isolate: string) {
    this.#isolate = isolate;
  }

  /**
   * Takes one read at `now` (unix ms). An isolate that is in another data centre than before starts anew. A time that is no
   * number does not count.
   */
  note(colo: string, sample: WeatherSample, now: number): void {
    if (!Number.isFinite(sample.ms)) return;
    if (colo !== this.#colo) this.#clear(colo);
    if (this.#samples.size === 0) this.#since = now;
    const { tier, region } = sample;
    const key = `${tier}/${region}`;
    const known = this.#samples.get(key) ?? { row: { tier, region }, ms: [], count: 0, hits: 0 };
    this.#samples.set(key, known);
    known.count++;
    if (sample.hit) known.hits++;
    const ms = Math.min(Math.max(0, sample.ms), MAX_MS);
    if (known.ms.length < MAX_KEPT) known.ms.push(ms);
    else known.ms[known.count % MAX_KEPT] = ms;
  }

  /** The report, when a window has passed; else null. Reads that nobody asked for in time are forgotten, not reported. */
  take(now: number): WeatherReport | null {
    const age = now - this.#since;
    if (!(age >= WINDOW_MS) && !(age < 0)) return null;
    const rows = [...this.#samples.values()].map(({ row, ms, count, hits }) => {
      const sorted = [...ms].sort((a, b) => a - b);
      return { ...row, count, hits, medianMs: sorted[(sorted.length - 1) >> 1] ?? 0 };
    });
    const colo = this.#colo;
    this.#clear(colo);
    if (age < 0 || age >= FORGET_MS) return null;
    return { v: 1, isolate: this.#isolate, colo, rows };
  }

  #clear(colo: string): void {
    this.#colo = colo;
    this.#samples = new Map();
    this.#since = Number.NaN;
  }
}
