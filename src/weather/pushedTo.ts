/** The second region that a push goes to. Pure. */
import { type DeployedRegions, type RegionOverrides, regionOf, tableRegionOf } from "../coordinate/regions.ts";
import type { WeatherMap } from "./settings.ts";

export type PushRules = {
  readonly deployed: DeployedRegions;
  readonly overrides: RegionOverrides;
  readonly map: WeatherMap;
};

/**
 * A push for the data centres that the fixed table gives to `region`: the other region that most of those read that have
 * moved. Null: none has moved. Of two with as many the first by name.
 */
export function movedTo(region: string, { deployed, overrides, map }: PushRules): string | null {
  const counts = new Map<string, number>();
  for (const colo of Object.keys(map.colos)) {
    if (tableRegionOf(colo, deployed, overrides) !== region) continue;
    const now = regionOf({ colo }, deployed, overrides, map.colos);
    if (now !== region) counts.set(now, (counts.get(now) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return most?.[0] ?? null;
}
