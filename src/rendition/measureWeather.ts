/**
 * What a reader's look-up tells the weather. All of it is noted in memory; what is sent, and the second-nearest store that
 * a sample of the misses asks, waits until the answer is given.
 */
import type { App } from "../context/app.ts";
import type { Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { hasWeather } from "../live/weather.ts";
import { type OnRead, timed } from "../store/readTime.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { r2Tier } from "../store/tiers/r2.ts";
import { regionBucket } from "../store/tierTable.ts";
import { weatherOf } from "../weather/regionWeather.ts";
import { PROBE_SHARE, type WeatherSample } from "../weather/report.ts";

/** The body of what is found is of no use. */
const HEADERS_ONLY = { aborted: true } as const;

/**
 * Takes the times of a look-up that is about to begin, and orders what follows the answer. Undefined where nothing is
 * measured: without weather, for a push or a job, and where the data centre or the operator leaves nothing to decide.
 */
export function measureWeather(
  { key }: Pick<RenditionStore, "key">,
  { bindings, config, now, state }: Pick<App, "bindings" | "config" | "now" | "state">,
  { audience, region, beside, home, probe, colo }: Caller,
  { afterAnswer, calls }: Pick<Job, "afterAnswer" | "calls">,
  random: () => number = Math.random,
): OnRead | undefined {
  const namespace = (bindings as Partial<Env>).REGION_WEATHER;
  if (audience !== "reader" || home === null || namespace === undefined || !hasWeather(config)) return undefined;
  const note = (tier: WeatherSample["tier"], of: string, ms: number, hit: boolean) =>
    state.weather().note(colo.toUpperCase(), { tier, region: of, ms, hit }, now());
  afterAnswer.push(async () => {
    const report = state.weather().take(now());
    // A report that is lost is one of many.
    if (report !== null)
      await weatherOf(namespace, home)
        .report(report)
        .catch(() => undefined);
  });
  const second = probe === null ? null : regionBucket(bindings, probe);
  if (probe !== null && second !== null && random() < PROBE_SHARE) {
    const { get } = r2Tier(second.bucket, "region", second.label);
    const told: OnRead = (_, ms) => note("region", probe, ms, false);
    const ask = () => timed("region", (state) => get(key, state), HEADERS_ONLY, now, told);
    afterAnswer.push(() => calls.run("tier", ask).catch(() => null));
  }
  return (tier, ms, hit) => {
    if (tier === "beside" && beside !== null) note("region", beside, ms, hit);
    else if (tier === "region" || tier === "primary") note(tier, region, ms, hit);
  };
}
