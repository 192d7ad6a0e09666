/** Place -> the stores that a look-up reads there. Pure. */
import {
  type DeployedRegions,
  nearestOthers,
  type Place,
  type RegionOverrides,
  regionOf,
} from "../coordinate/regions.ts";
import type { WeatherMap } from "./settings.ts";

export type ReadingRules = {
  readonly deployed: DeployedRegions;
  readonly overrides: RegionOverrides;
  readonly map: WeatherMap;
};

export type Reading = {
  /** The region that is read, filled and pushed to. */
  readonly region: string;
  /** During a change: the region of before. It is read beside, and its copies are put into `region`. */
  readonly beside: string | null;
  /**
   * The second-nearest store, which a sample of the misses (`PROBE_SHARE`) asks behind the answer. Null where the operator
   * has fixed the region, or only one region is deployed.
   */
  readonly probe: string | null;
};

/** What a reader's look-up at `place` reads. */
export function readingOf(place: Place | undefined, rules: ReadingRules): Reading {
  const { deployed, overrides, map } = rules;
  const region = regionOf(place, deployed, overrides, map.colos);
  const colo = place?.colo?.toUpperCase();
  const table = regionOf(place, deployed, overrides);
  const old = colo !== undefined && map.moving !== undefined ? own(map.moving, colo) : undefined;
  const beside = old !== undefined && old !== region ? old : null;
  const probe = table === region ? (nearestOthers(region, deployed)[0] ?? null) : table;
  return { region, beside, probe: colo === undefined ? null : probe };
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
