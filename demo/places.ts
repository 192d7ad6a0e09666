/** Where a visitor of the demo can be: a few of Cloudflare's data centres, two or more for each deployed region. */

export const PLACES = [
  { colo: "MAD", city: "Madrid" },
  { colo: "FRA", city: "Frankfurt" },
  { colo: "NBO", city: "Nairobi" },
  { colo: "EWR", city: "New York" },
  { colo: "LAX", city: "Los Angeles" },
  { colo: "GRU", city: "São Paulo" },
  { colo: "NRT", city: "Tokyo" },
  { colo: "SYD", city: "Sydney" },
] as const;

export type Place = (typeof PLACES)[number];

/** The place with that code; for any other text the first place. */
export function placeOf(colo: string | null | undefined): Place {
  return PLACES.find((place) => place.colo === colo) ?? PLACES[0];
}
