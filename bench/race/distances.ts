/** The distances between the places of the race (distances.json), as round trips in milliseconds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One place of a reader. Every number is a round trip in ms. */
export type PlaceDistances = {
  readonly city: string;
  /** The deployed region that serves it. */
  readonly region: string;
  readonly readerEdge: number;
  readonly readerApi: number;
  readonly edgeRegion: number;
  readonly edgePrimary: number;
  readonly edgeSource: number;
  readonly pushEdgeToRegion: number;
};

export type Distances = {
  readonly bandwidthMbit: { readonly readerEdge: number; readonly backbone: number };
  readonly warmerToPushEdge: number;
  readonly pushEdgeToPrimary: number;
  readonly pushEdgeToSource: number;
  readonly places: Readonly<Record<string, PlaceDistances>>;
};

/** What an isolate of the Worker pays for a call, in ms of a round trip. */
export type EdgeTrips = {
  readonly region: number;
  readonly primary: number;
  /** KV that has no copy near: the trip to where the value is kept. */
  readonly kv: number;
  /** The render coordinator lives in the region. */
  readonly coordinator: number;
};

/** All legs of one place. `source` legs are TCP connections; the others are calls or connections of their own. */
export type Legs = {
  readonly reader: EdgeTrips;
  readonly push: EdgeTrips;
  readonly readerEdge: number;
  readonly readerApi: number;
  readonly warmerToPushEdge: number;
  readonly edgeSource: number;
  readonly pushEdgeToSource: number;
};

export const DISTANCES = JSON.parse(readFileSync(join(import.meta.dirname, "distances.json"), "utf8")) as Distances;

/** The row of a place. Throws Error for a name that is not in the table. */
export function placeOf(name: string): PlaceDistances {
  const place = DISTANCES.places[name];
  if (place === undefined) throw new Error(`no place ${name}; there are ${Object.keys(DISTANCES.places).join(", ")}`);
  return place;
}

/** The data centre of a place: `SYD-oc` is the one in Sydney, with another bucket. */
export function coloOf(name: string): string {
  return name.slice(0, 3);
}

export function legsOf(place: PlaceDistances): Legs {
  const { edgeRegion, edgePrimary, pushEdgeToRegion } = place;
  const { pushEdgeToPrimary, pushEdgeToSource, warmerToPushEdge } = DISTANCES;
  return {
    reader: { region: edgeRegion, primary: edgePrimary, kv: edgePrimary, coordinator: edgeRegion },
    push: {
      region: pushEdgeToRegion,
      primary: pushEdgeToPrimary,
      kv: pushEdgeToPrimary,
      coordinator: pushEdgeToRegion,
    },
    ...{ warmerToPushEdge, pushEdgeToSource },
    ...{ readerEdge: place.readerEdge, readerApi: place.readerApi, edgeSource: place.edgeSource },
  };
}

/** The legs of a place whose data centre reads another region: half way to the primary, so that both can be told apart. */
export function movedLegsOf(place: PlaceDistances): Legs {
  const legs = legsOf(place);
  const region = Math.round((place.edgeRegion + place.edgePrimary) / 2);
  return { ...legs, reader: { ...legs.reader, region, coordinator: region } };
}

const NO_TRIPS: EdgeTrips = { region: 0, primary: 0, kv: 0, coordinator: 0 };

/** The same arrangement with everything in one room. The floor is measured with it. */
export const NO_DISTANCES: Legs = {
  ...{ reader: NO_TRIPS, push: NO_TRIPS, readerEdge: 0, readerApi: 0 },
  ...{ warmerToPushEdge: 0, edgeSource: 0, pushEdgeToSource: 0 },
};
