/**
 * Place -> region. The Worker and the warmer share this function, so the Worker looks where the warmer pushed. Pure, and
 * without imports of any runtime.
 */
import { COLOS_BY_HINT } from "./colos.generated.ts";
import { type WorldPart, worldPartOf } from "./countries.ts";

/** R2's location hints. A region has the name of a hint, or any other name, which only overrides can lead to. */
export type LocationHint = "wnam" | "enam" | "weur" | "eeur" | "apac" | "oc";

/** Where a reader is, as far as known. `longitude` is in degrees, east positive; `continent` is as in `request.cf`. */
export type Place = {
  readonly colo?: string | undefined;
  readonly continent?: string | undefined;
  readonly country?: string | undefined;
  readonly longitude?: number | undefined;
};

/** The deployed regions (`REGIONS`, `WARM_REGIONS`). The first one serves unknown places. */
export type DeployedRegions = readonly string[];

/** The binding of a region's bucket: `weur` -> `R2_WEUR`. */
export function bucketBinding(region: string): string {
  return `R2_${region.toUpperCase().replaceAll("-", "_")}`;
}

/** The region when the list of deployed regions is empty: the first of the default `REGIONS=enam,weur,apac,oc`. */
export const DEFAULT_REGION = "enam";

/**
 * The operator's corrections, which come before all tables: `colo:DXB` (data centre), `c:AE` (country), `k:AS` (continent)
 * or `r:eeur` (region) -> region. The prefix is needed because AS, NA, SA and AF are both countries and continents.
 */
export type RegionOverrides = Readonly<Record<string, string>>;

/** Each hint -> the hints that replace it if it is not deployed, nearest first by submarine cable, not by distance. */
const NEAREST = {
  wnam: ["wnam", "enam", "apac", "oc", "weur", "eeur"],
  enam: ["enam", "wnam", "weur", "eeur", "apac", "oc"],
  weur: ["weur", "eeur", "enam", "wnam", "apac", "oc"],
  eeur: ["eeur", "weur", "enam", "apac", "wnam", "oc"],
  apac: ["apac", "oc", "weur", "eeur", "wnam", "enam"],
  oc: ["oc", "apac", "wnam", "enam", "weur", "eeur"],
} as const satisfies Record<LocationHint, readonly LocationHint[]>;

/** West of `at` degrees the hint is `below`. Everywhere else, and when the longitude is unknown, it is `hint`. */
type PartRule = { readonly hint: LocationHint; readonly at?: number; readonly below?: LocationHint };

const HINT_BY_PART = {
  AF: { hint: "weur" },
  AN: { hint: "oc" },
  AS: { hint: "apac", at: 60, below: "weur" },
  ME: { hint: "weur" },
  EU: { hint: "weur" },
  EE: { hint: "eeur" },
  NA: { hint: "enam", at: -100, below: "wnam" },
  OC: { hint: "oc" },
  SA: { hint: "enam" },
} as const satisfies Record<WorldPart, PartRule>;

/** From this longitude on, in degrees, a place in Europe belongs to the eastern half. */
const EASTERN_EUROPE_FROM = 15;

const HINT_BY_COLO: ReadonlyMap<string, LocationHint> = new Map(
  Object.entries(COLOS_BY_HINT).flatMap(([hint, colos]) =>
    colos.split(" ").map((colo) => [colo, hint as LocationHint]),
  ),
);

/** Data centre -> the region that it reads now, where that differs from the table (`colos` of `GET /regions`). */
export type MovedColos = Readonly<Record<string, string>>;

/**
 * Place -> the deployed region that serves it. Tried in this order: overrides of the place, data centres that were moved
 * (`moved`), the table of data centres, continent with longitude, country, continent alone. Codes may be in upper or lower
 * case. An unknown or undefined place (`request.cf` can be undefined) gets the first deployed region, or `DEFAULT_REGION`
 * if none is deployed. Never throws.
 */
export function regionOf(
  place: Place | undefined,
  deployed: DeployedRegions,
  overrides: RegionOverrides = {},
  moved: MovedColos = {},
): string {
  const fallback = deployed[0] ?? DEFAULT_REGION;
  if (place === undefined) return fallback;
  const colo = place.colo?.toUpperCase();
  const country = place.country?.toUpperCase();
  const continent = place.continent?.toUpperCase();
  const override = own(overrides, `colo:${colo}`) ?? own(overrides, `c:${country}`) ?? own(overrides, `k:${continent}`);
  if (override !== undefined && deployed.includes(override)) return override;
  const now = own(moved, colo ?? "");
  if (now !== undefined && deployed.includes(now)) return now;
  const hint = HINT_BY_COLO.get(colo ?? "") ?? hintOf(continent, country, place.longitude);
  return (hint === undefined ? undefined : collapse(hint, deployed, overrides)) ?? fallback;
}

/** Data centre (three capital letters) -> its deployed region by the table alone; null when it is in no table. */
export function tableRegionOf(colo: string, deployed: DeployedRegions, overrides: RegionOverrides = {}): string | null {
  const hint = HINT_BY_COLO.get(colo);
  return hint === undefined ? null : (collapse(hint, deployed, overrides) ?? null);
}

/** The data centres of the table with the same location hint, the given one among them. Empty when it is in no table. */
export function neighboursOf(colo: string): readonly string[] {
  const hint = HINT_BY_COLO.get(colo);
  return hint === undefined ? [] : COLOS_BY_HINT[hint].split(" ");
}

/**
 * Region -> the deployed region that serves it: the override `r:<name>`, else the region itself if it is deployed, else
 * the nearest deployed hint. Undefined for a name that is neither deployed nor a location hint, and when none of the six
 * hints is deployed.
 */
export function collapse(
  region: string,
  deployed: DeployedRegions,
  overrides: RegionOverrides = {},
): string | undefined {
  const override = own(overrides, `r:${region}`);
  if (override !== undefined && deployed.includes(override)) return override;
  if (deployed.includes(region)) return region;
  if (!isLocationHint(region)) return undefined;
  return NEAREST[region].find((hint) => deployed.includes(hint));
}

/** The other deployed regions, nearest to the region first. The order of `deployed` where the region is no hint. */
export function nearestOthers(region: string, deployed: DeployedRegions): readonly string[] {
  const near: readonly string[] = isLocationHint(region) ? NEAREST[region] : deployed;
  const ordered = [
    ...near.filter((hint) => deployed.includes(hint)),
    ...deployed.filter((name) => !near.includes(name)),
  ];
  return ordered.filter((name) => name !== region);
}

/** Whether the name is one of R2's location hints. */
export function isLocationHint(region: string): region is LocationHint {
  return Object.hasOwn(NEAREST, region);
}

function hintOf(
  continent: string | undefined,
  country: string | undefined,
  longitude: number | undefined,
): LocationHint | undefined {
  const byContinent = continent !== undefined && Object.hasOwn(HINT_BY_PART, continent);
  const part = worldPartOf(country ?? "");
  if (longitude === undefined || !Number.isFinite(longitude)) {
    if (part !== undefined) return HINT_BY_PART[part].hint;
    return byContinent ? HINT_BY_PART[continent as WorldPart].hint : undefined;
  }
  const at = byContinent ? (continent as WorldPart) : part;
  if (at === undefined) return undefined;
  if (at === "EU" || at === "EE") return longitude < EASTERN_EUROPE_FROM ? "weur" : "eeur";
  const rule: PartRule = HINT_BY_PART[at];
  return rule.at !== undefined && rule.below !== undefined && longitude < rule.at ? rule.below : rule.hint;
}

function own(table: RegionOverrides, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
