/** Readers of the race, from the table of distances that the bench uses too. */
import { DISTANCES } from "../../bench/race/distances.ts";

export type RacePlace = { readonly name: string; readonly city: string };

/** Where the race begins if the reader chooses nothing: far from Ashburn. */
export const DEFAULT_RACE_PLACE = "SIN";

export const RACE_PLACES: readonly RacePlace[] = Object.entries(DISTANCES.places).map(([name, { city }]) => ({
  name,
  city,
}));
