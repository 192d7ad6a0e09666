/** What the object of a region remembers between two decisions, and what it decides by. It is JSON. */
import { tableRegionOf } from "../coordinate/regions.ts";
import { type MapRules, presentRegion } from "./moves.ts";
import type { RecentReads } from "./recent.ts";
import { RULES } from "./rules.ts";
import type { WeatherSettings } from "./settings.ts";
import { newStay, type Stay } from "./stay.ts";
import { type Mean, NOTHING_USUAL, type Usual } from "./usual.ts";

export type WeatherState = {
  readonly usual: Usual;
  readonly recent: RecentReads;
  /** By data centre, since its last change; none = it is at home for a long time. */
  readonly stays: Readonly<Record<string, Stay>>;
  /** By data centre: how far its store usually is from what is usual, up or down, from minute to minute. */
  readonly noise: Readonly<Record<string, Mean>>;
  /** By data centre: in so many windows in a row `to` was better. */
  readonly streaks: Readonly<Record<string, Streak>>;
  /** By data centre: moves that did not pay, and when the last one was undone (unix ms). */
  readonly unpaid: Readonly<Record<string, Unpaid>>;
};

export type Streak = { readonly to: string; readonly windows: number };
export type Unpaid = { readonly times: number; readonly at: number };

export const NO_STATE: WeatherState = {
  ...{ usual: NOTHING_USUAL, recent: {}, stays: {}, noise: {}, streaks: {}, unpaid: {} },
};

export type DecideConfig = MapRules & {
  /** The region of the object. */
  readonly region: string;
  /** As they are in the ledger now. */
  readonly weather: WeatherSettings;
};

/** The state for the map as it is: a data centre that reads another region than before begins a stay. */
export function withPresent(before: WeatherState, now: number, config: DecideConfig): WeatherState {
  const { weather, region } = config;
  const { colos, moving } = weather;
  const stays: Record<string, Stay> = {};
  for (const colo of new Set([before.stays, colos, moving].flatMap((table) => Object.keys(table)))) {
    if (!isOurs(colo, config)) continue;
    const at = presentRegion(weather, colo, config) ?? region;
    const known = before.stays[colo];
    const isAtRest = at === region && moving[colo] === undefined;
    if (known?.to === at) {
      if (!isAtRest || now - known.at < RULES.holdMs) stays[colo] = known;
    } else if (known !== undefined || !isAtRest) {
      stays[colo] = newStay(moving[colo] ?? known?.to ?? region, at, now);
    }
  }
  const unpaid = Object.fromEntries(Object.entries(before.unpaid).filter(([, { at }]) => now - at < RULES.mostHoldMs));
  return { ...before, stays, unpaid };
}

/** Whether the object decides about the data centre: its region by the table, and neither set nor overridden. */
export function isOurs(colo: string, { weather, region, deployed, overrides }: DecideConfig): boolean {
  const isFree = !Object.hasOwn(weather.set, colo) && !Object.hasOwn(overrides, `colo:${colo}`);
  return isFree && tableRegionOf(colo, deployed, overrides) === region;
}
