/** What the bench tells an isolate of this bench, and what it hears. JSON both ways. */

/** Round trips in milliseconds that calls of a governor take here, on top of what they take on this machine. */
export type Trips = {
  /** To the object of a region. */
  readonly region: number;
  /** To the one object of a group of hosts; a region's object asks it for its share. */
  readonly object: number;
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
  /** How long each call of this isolate took, with its trips, in milliseconds. */
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

export const NO_TRIPS: Trips = { region: 0, object: 0 };
