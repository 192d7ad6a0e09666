/** Place -> the stores that a look-up reads there, and the object that hears how long they took. Pure. */
import {
  type DeployedRegions,
  nearestOthers,
  type Place,
  type RegionOverrides,
  regionOf,
  tableRegionOf,
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
   * The region of the data centre in the fixed table. Its object hears all reports of the data centre, wherever that reads
   * now, and is the only one that moves it, away and back. Null: nothing is measured. So it is where the data centre is in
   * no table, and where an override of the operator decides.
   */
  readonly home: string | null;
  /** The second-nearest store, which a sample of the misses (`PROBE_SHARE`) asks behind the answer. Null: there is none. */
  readonly probe: string | null;
};

/** What a reader's look-up at `place` reads. */
export function readingOf(place: Place | undefined, rules: ReadingRules): Reading {
  const { deployed, overrides, map } = rules;
  const region = regionOf(place, deployed, overrides, map.colos);
  const colo = place?.colo?.toUpperCase();
  const home = colo === undefined ? null : tableRegionOf(colo, deployed, overrides);
  const now = colo === undefined ? undefined : own(map.colos, colo);
  // An override of the place comes before both the map and the table.
  const isFree = home !== null && regionOf(place, deployed, overrides) === home && (now ?? home) === region;
  if (!isFree) return { region, beside: null, home: null, probe: null };
  const old = map.moving === undefined || colo === undefined ? undefined : own(map.moving, colo);
  const beside = old !== undefined && old !== region && deployed.includes(old) ? old : null;
  const second = region === home ? (nearestOthers(home, deployed)[0] ?? null) : home;
  return { region, beside, home, probe: second === beside ? null : second };
}

function own(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
