/** What the bench tells an isolate of this bench, and what it hears. JSON both ways. */

import type { EdgeTrips } from "../../race/distances.ts";

/** Round trips in milliseconds that calls take here, on top of what they take on this machine. */
export type Trips = {
  /** To the governor of a region. */
  readonly region: number;
  /** To the one governor of a group of hosts; a region's object asks it for its share. */
  readonly object: number;
  /** To the stores and the coordinator. */
  readonly stores: EdgeTrips;
};

export type Order = {
  readonly trips: Trips;
  /** The port of the look-alike servers, which stand for all hosts that are not on loopback. null = none. */
  readonly providersPort: number | null;
  /** Ends the governor object of this group of hosts, as the platform does: it starts again from its disk. */
  readonly endGovernor?: string;
};

/** Since the last order. */
export type Counted = {
  /** Calls that the governor objects of this isolate got, and rows that they wrote. */
  readonly calls: number;
  readonly rows: number;
  /** How long each call of this isolate took that asked for a grant, with its trips, in milliseconds. */
  readonly callMs: readonly number[];
};

export const CONTROL_PATH = "/bench-control";
/** Where an isolate takes a call of a governor from an isolate of another process. */
export const GOVERNOR_PATH = "/bench-governor";
/** Variable: the address of the isolate that has the governors; unset = this process has them. */
export const GOVERNORS_AT = "BENCH_GOVERNORS_AT";

/** Variable: the text of the live settings. */
export const SETTINGS = "BENCH_SETTINGS";

export type GovernorRequest = { readonly name: string; readonly call: object; readonly where: object };

const NEAR: EdgeTrips = { region: 0, primary: 0, kv: 0, coordinator: 0 };
export const NO_TRIPS: Trips = { region: 0, object: 0, stores: NEAR };
