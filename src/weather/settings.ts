/**
 * The weather in the live settings: which data centres read another region than the fixed table says, and what the
 * operator has ordered. Pure data without imports, so `live` may read it too.
 */

/** `weather` of the live settings. A data centre is a code of three capital letters, a region the name of a deployed one. */
export type WeatherSettings = {
  /** Rises by one with each change of `colos`, `moving` or `set`, and never falls. 0 = there was no change and no order yet. */
  readonly version: number;
  /** Decided by measurement: data centre -> the region that it reads now. Only differences from the fixed table. */
  readonly colos: Readonly<Record<string, string>>;
  /** Data centres in a change -> the region that they read before. They read it beside the new one. */
  readonly moving: Readonly<Record<string, string>>;
  /** Ordered by the operator: data centre -> region. Comes before `colos`; nothing is decided about these. */
  readonly set: Readonly<Record<string, string>>;
  /** Nothing is decided. The map stays as it is. */
  readonly freeze: boolean;
  /** Regions that no data centre is moved to. One that was moved there before goes back to the fixed table. */
  readonly exclude: readonly string[];
};

export const NO_WEATHER: WeatherSettings = {
  ...{ version: 0, colos: {}, moving: {}, set: {}, freeze: false, exclude: [] },
};

/** What `GET /regions` answers. `moving` is absent when no data centre is in a change. */
export type WeatherMap = {
  readonly v: 1;
  readonly version: number;
  readonly colos: Readonly<Record<string, string>>;
  readonly moving?: Readonly<Record<string, string>>;
};

/** The map of the fixed table: `WEATHER=off`. A warmer that hears of version 0 forgets its map. */
export const FIXED_MAP: WeatherMap = { v: 1, version: 0, colos: {} };

/** The settings as a map. `colos` has what the operator has set too; only deployed regions are in it. */
export function mapOf(weather: WeatherSettings, deployed: readonly string[]): WeatherMap {
  const isDeployed = ([, region]: readonly [string, string]) => deployed.includes(region);
  const colos = Object.fromEntries(Object.entries({ ...weather.colos, ...weather.set }).filter(isDeployed));
  const isMoving = ([colo, region]: readonly [string, string]) =>
    !Object.hasOwn(weather.set, colo) && colos[colo] !== region && isDeployed([colo, region]);
  const moving = Object.fromEntries(Object.entries(weather.moving).filter(isMoving));
  const map = { v: 1, version: weather.version, colos } as const;
  return Object.keys(moving).length === 0 ? map : { ...map, moving };
}
