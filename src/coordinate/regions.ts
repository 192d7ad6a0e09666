/**
 * Place -> region, the one function the Worker and the warmer share, so that what the warmer pushes is looked for
 * where it was put. Pure and without any runtime's imports.
 */
import { COLOS_BY_HINT } from "./colos.generated.ts";
import { type WorldPart, worldPartOf } from "./countries.ts";

/** R2's location hints; a region is one of them, or a name of the operator's own that only overrides can reach. */
export type LocationHint = "wnam" | "enam" | "weur" | "eeur" | "apac" | "oc";

/** Where a reader is, as far as is known. `longitude` in degrees, east positive; `continent` as `request.cf` has it. */
export type Place = {
  readonly colo?: string | undefined;
  readonly continent?: string | undefined;
  readonly country?: string | undefined;
  readonly longitude?: number | undefined;
};

/** The regions deployed (`REGIONS`, `WARM_REGIONS`). The first is what a place gets that nothing is known about. */
export type DeployedRegions = readonly string[];

/** The binding of a region's bucket: `weur` -> `R2_WEUR`. */
export function bucketBinding(region: string): string {
  return `R2_${region.toUpperCase().replaceAll("-", "_")}`;
}

/** What an empty list of deployed regions stands for; the first of the default `REGIONS=enam,weur,apac`. */
export const DEFAULT_REGION = "enam";

/**
 * Corrections by the operator, looked up before any table: `colo:DXB`, `c:AE` (country), `k:AS` (continent) or
 * `r:eeur` (region) -> region. The prefix is needed because AS, NA, SA and AF are countries and continents alike.
 */
export type RegionOverrides = Readonly<Record<string, string>>;

/** Whom each hint falls back on when it is not deployed, nearest first by submarine cable rather than by the globe. */
const NEAREST = {
  wnam: ["wnam", "enam", "apac", "oc", "weur", "eeur"],
  enam: ["enam", "wnam", "weur", "eeur", "apac", "oc"],
  weur: ["weur", "eeur", "enam", "wnam", "apac", "oc"],
  eeur: ["eeur", "weur", "enam", "apac", "wnam", "oc"],
  apac: ["apac", "oc", "weur", "eeur", "wnam", "enam"],
  oc: ["oc", "apac", "wnam", "enam", "weur", "eeur"],
} as const satisfies Record<LocationHint, readonly LocationHint[]>;

/** `below`: the hint west of `at` degrees; `hint`: the rest, and what holds when the longitude is unknown. */
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

/** Longitude from which Europe counts as its eastern half. */
const EASTERN_EUROPE_FROM = 15;

const HINT_BY_COLO: ReadonlyMap<string, LocationHint> = new Map(
  Object.entries(COLOS_BY_HINT).flatMap(([hint, colos]) =>
    colos.split(" ").map((colo) => [colo, hint as LocationHint]),
  ),
);

/**
 * The deployed region that serves a place: overrides, then the data centre's measured row, then continent with
 * longitude, then country, then continent alone. Codes may be in either case. Total: a place of which nothing is
 * known, or undefined (`request.cf` can be), gets the first deployed region, `DEFAULT_REGION` when none is deployed.
 * Never throws.
 */
export function regionOf(place: Place | undefined, deployed: DeployedRegions, overrides: RegionOverrides = {}): string {
  const fallback = deployed[0] ?? DEFAULT_REGION;
  if (place === undefined) return fallback;
  const colo = place.colo?.toUpperCase();
  const country = place.country?.toUpperCase();
  const continent = place.continent?.toUpperCase();
  const override = own(overrides, `colo:${colo}`) ?? own(overrides, `c:${country}`) ?? own(overrides, `k:${continent}`);
  if (override !== undefined && deployed.includes(override)) return override;
  const hint = HINT_BY_COLO.get(colo ?? "") ?? hintOf(continent, country, place.longitude);
  return (hint === undefined ? undefined : collapse(hint, deployed, overrides)) ?? fallback;
}

/**
 * The deployed region that stands in for a named one: itself when deployed, else by override `r:<name>`, else the
 * nearest deployed to that location hint. Undefined for a name that is neither deployed nor a location hint, and when
 * none of the six hints is deployed.
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

/** Whether a name is one of R2's location hints. */
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
