/** The reports of one minute, pooled by isolate. Pure. */
import type { WeatherReport } from "./report.ts";
import { RULES } from "./rules.ts";

/** The store of the primary bucket. A region cannot have this name. */
export const PRIMARY_STORE = "/primary";

/** What one isolate has measured of one store in a minute. */
export type Measured = {
  readonly colo: string;
  readonly isolate: string;
  /** The name of a region, or `PRIMARY_STORE`. */
  readonly store: string;
  /** At most `RULES.isolateSamples`. */
  readonly count: number;
  /** Share of the reads that had a copy. */
  readonly hitRatio: number;
  /** The median of its newest report, in milliseconds. */
  readonly ms: number;
};

/** In the order of the reports, oldest first. An isolate that reported more than once counts once. */
export function measuredIn(reports: readonly WeatherReport[]): readonly Measured[] {
  const found = new Map<
    string,
    { colo: string; isolate: string; store: string; count: number; hits: number; ms: number }
  >();
  for (const { isolate, colo, rows } of reports) {
    for (const { tier, region, count, hits, medianMs } of rows) {
      const store = tier === "primary" ? PRIMARY_STORE : region;
      const key = `${isolate} ${colo} ${store}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, { colo, isolate, store, count, hits, ms: medianMs });
      else Object.assign(known, { count: known.count + count, hits: known.hits + hits, ms: medianMs });
    }
  }
  return [...found.values()].map(({ colo, isolate, store, count, hits, ms }) => {
    return { colo, isolate, store, ms, hitRatio: hits / count, count: Math.min(count, RULES.isolateSamples) };
  });
}
