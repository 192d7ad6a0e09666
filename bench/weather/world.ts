/**
 * The data centres of the simulation and their distances, from the race's table (bench/race/distances.json). Each one has
 * the round trips of the race's place of its part of the world, up to 30 % more or less. What the table does not say goes
 * by way of Ashburn, where the primary is.
 */
import { COLOS_BY_HINT } from "../../src/coordinate/colos.generated.ts";
import { placeOf } from "../race/distances.ts";

export const DEPLOYED = ["enam", "weur", "apac", "oc"] as const;
export type Region = (typeof DEPLOYED)[number];

export type SimulatedColo = {
  readonly colo: string;
  readonly home: Region;
  /** Round trips in milliseconds. */
  readonly regions: Readonly<Record<Region, number>>;
  readonly primary: number;
};

const MAD = placeOf("MAD");
const NRT = placeOf("NRT");
const SYD = placeOf("SYD-oc");
const APAC_TO_OC = placeOf("SYD").edgeRegion;
const IAD = placeOf("IAD");

const TRIPS: Readonly<Record<Region, Readonly<Record<Region, number>>>> = {
  enam: { enam: IAD.edgeRegion, weur: MAD.pushEdgeToRegion, apac: NRT.pushEdgeToRegion, oc: SYD.pushEdgeToRegion },
  weur: {
    ...{ enam: MAD.edgePrimary, weur: MAD.edgeRegion },
    ...{ apac: MAD.edgePrimary + NRT.pushEdgeToRegion, oc: MAD.edgePrimary + SYD.pushEdgeToRegion },
  },
  apac: {
    ...{ enam: NRT.edgePrimary, weur: NRT.edgePrimary + MAD.pushEdgeToRegion },
    ...{ apac: NRT.edgeRegion, oc: APAC_TO_OC },
  },
  oc: {
    ...{ enam: SYD.edgePrimary, weur: SYD.edgePrimary + MAD.pushEdgeToRegion },
    ...{ apac: APAC_TO_OC, oc: SYD.edgeRegion },
  },
};

/** How many data centres of each region there are. */
export type Population = Readonly<Record<Region, number>>;

/** `random`: 0 <= x < 1. `nearlyEqual`: so many of each region have their second store about as near as their own. */
export function dataCentres(population: Population, random: () => number, nearlyEqual = 0): readonly SimulatedColo[] {
  return DEPLOYED.flatMap((home) => {
    const colos = COLOS_BY_HINT[home].split(" ").slice(0, population[home]);
    return colos.map((colo, i) => {
      const about = (ms: number) => ms * (0.7 + 0.6 * random());
      const trips = TRIPS[home];
      const regions = {
        enam: about(trips.enam),
        weur: about(trips.weur),
        apac: about(trips.apac),
        oc: about(trips.oc),
      };
      const primary = home === "enam" ? regions.enam : about(trips.enam);
      if (i < nearlyEqual)
        regions[home] = Math.min(...DEPLOYED.map((r) => (r === home ? Infinity : regions[r]))) * (0.9 + 0.2 * random());
      return { colo, home, regions, primary };
    });
  });
}
