/** Where a reader of the demo can be: the cities of the bench's table of distances, and more of Cloudflare's data centres. */
import { coloOf, DISTANCES } from "../bench/race/distances.ts";

export type Place = { readonly colo: string; readonly city: string };

/** A place with distances. `name` is the key of its row in the table. */
export type RacePlace = Place & { readonly name: string };

/** The row of Sydney without a store in Oceania. The race has one. */
const LEFT_OUT = "SYD";

export const RACE_PLACES: readonly RacePlace[] = Object.entries(DISTANCES.places)
  .filter(([name]) => name !== LEFT_OUT)
  .map(([name, { city }]) => ({ name, colo: coloOf(name), city: city.replace(/ with .*$/, "") }));

/** Where the race begins: far from Ashburn, where the API server and the primary store are. */
export const DEFAULT_RACE_PLACE = "SIN";

/** Places of the page. The page has no distances, so these need none. */
export const PLACES: readonly [Place, ...Place[]] = [
  { colo: "MAD", city: "Madrid" },
  { colo: "FRA", city: "Frankfurt" },
  { colo: "NBO", city: "Nairobi" },
  { colo: "EWR", city: "New York" },
  { colo: "LAX", city: "Los Angeles" },
  { colo: "GRU", city: "São Paulo" },
  ...RACE_PLACES.filter(({ colo }) => colo !== "MAD"),
];

/** The place with that code; for any other text the first place. */
export function placeOf(colo: string | null | undefined): Place {
  return PLACES.find((place) => place.colo === colo) ?? PLACES[0];
}
