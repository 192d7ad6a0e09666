/** Readers of the race, from the table of distances that the bench uses too. */
import { DISTANCES } from "../../bench/race/distances.ts";

/** `name`: the key of its row in the table. */
export type RacePlace = { readonly name: string; readonly city: string };

/** Where the race begins if the reader chooses nothing: far from Ashburn, where the API server and the primary store are. */
export const DEFAULT_RACE_PLACE = "SIN";
/** The row of Sydney without a store in Oceania. The demo has one. */
const LEFT_OUT = "SYD";

export const RACE_PLACES: readonly RacePlace[] = Object.entries(DISTANCES.places)
  .filter(([name]) => name !== LEFT_OUT)
  .map(([name, { city }]) => ({ name, city: city.replace(/ with .*$/, "") }));
