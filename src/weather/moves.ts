/** Changes of the weather's settings. Pure: what the objects decide and what the operator orders. */
import { type DeployedRegions, type RegionOverrides, tableRegionOf } from "../coordinate/regions.ts";
import type { WeatherSettings } from "./settings.ts";

/** `better`: at least 20 % better. `unpaid`: the move before did not pay. `unknown`: too few isolates, so the table counts. */
export type MoveReason = "better" | "unpaid" | "unknown";

/** One change of the map. It holds only if the data centre still reads `from` when it is written. */
export type Move =
  | {
      readonly kind: "move";
      readonly colo: string;
      readonly from: string;
      readonly to: string;
      readonly why: MoveReason;
    }
  /** The change is over: `from` is no longer read beside `to`. */
  | { readonly kind: "settle"; readonly colo: string; readonly from: string; readonly to: string };

/** What the operator orders with `npm run weather`. `region` null takes back what was set. */
export type WeatherOrder =
  | { readonly kind: "set"; readonly colo: string; readonly region: string | null }
  | { readonly kind: "freeze"; readonly frozen: boolean }
  | { readonly kind: "exclude"; readonly region: string; readonly excluded: boolean };

export type MapRules = { readonly deployed: DeployedRegions; readonly overrides: RegionOverrides };

/**
 * The settings after these moves. Moves that do not hold any more are left out: of a data centre that reads another region
 * by now or that the operator has set, to a region that is not deployed or is excluded, and all of them while the map is
 * frozen. Then the map is made to fit the rules, if it is not frozen. The same object when nothing changes.
 */
export function withMoves(before: WeatherSettings, moves: readonly Move[], rules: MapRules): WeatherSettings {
  if (before.freeze) return before;
  let [colos, moving] = [before.colos, before.moving];
  for (const { kind, colo, from, to } of moves) {
    const now = presentRegion({ ...before, colos }, colo, rules);
    if (Object.hasOwn(before.set, colo)) continue;
    if (kind === "settle") {
      if (now === to && moving[colo] === from) moving = without(moving, colo);
    } else if (now === from && from !== to && rules.deployed.includes(to) && !before.exclude.includes(to)) {
      colos = { ...colos, [colo]: to };
      moving = { ...moving, [colo]: from };
    }
  }
  return tidied(before, { ...before, colos, moving }, rules);
}

/**
 * The settings after an order of the operator. The same object when nothing changes. An order gives at least version 1: with
 * version 0 the ledger would have nothing to say when the order is taken back, and what KV still shows of it would count.
 */
export function withOrder(before: WeatherSettings, order: WeatherOrder, rules: MapRules): WeatherSettings {
  const after = ordered(before, order, rules);
  return after === before || after.version > 0 ? after : { ...after, version: 1 };
}

function ordered(before: WeatherSettings, order: WeatherOrder, rules: MapRules): WeatherSettings {
  switch (order.kind) {
    case "freeze":
      return before.freeze === order.frozen ? before : { ...before, freeze: order.frozen };
    case "exclude": {
      const { region, excluded } = order;
      if (before.exclude.includes(region) === excluded) return before;
      const rest = before.exclude.filter((name) => name !== region);
      return tidied(before, { ...before, exclude: excluded ? [...rest, region] : rest }, rules);
    }
    case "set": {
      const { colo, region } = order;
      const set = region === null ? without(before.set, colo) : { ...before.set, [colo]: region };
      return tidied(before, { ...before, set }, rules);
    }
  }
}

/** The region that the data centre reads; null when it is in no table. */
export function presentRegion(
  weather: WeatherSettings,
  colo: string,
  { deployed, overrides }: MapRules,
): string | null {
  const home = tableRegionOf(colo, deployed, overrides);
  const now = Object.hasOwn(weather.colos, colo) ? weather.colos[colo] : undefined;
  return home !== null && now !== undefined && deployed.includes(now) ? now : home;
}

/**
 * `after` without entries that say nothing: what the operator has set, what the table says, regions that are not deployed.
 * Who was moved to an excluded region goes back to the table. A new version when the map differs from `before`.
 */
function tidied(before: WeatherSettings, after: WeatherSettings, rules: MapRules): WeatherSettings {
  const { deployed, overrides } = rules;
  const moving: Record<string, string> = { ...after.moving };
  const isKept = ([colo, region]: readonly [string, string]): boolean => {
    const home = tableRegionOf(colo, deployed, overrides);
    if (home === null || region === home || Object.hasOwn(after.set, colo) || !deployed.includes(region)) return false;
    if (!after.exclude.includes(region)) return true;
    moving[colo] = region;
    return false;
  };
  const colos = Object.fromEntries(Object.entries(after.colos).filter(isKept));
  const isMoving = ([colo, region]: readonly [string, string]) =>
    deployed.includes(region) &&
    !Object.hasOwn(after.set, colo) &&
    region !== presentRegion({ ...after, colos }, colo, rules);
  const still = Object.fromEntries(Object.entries(moving).filter(isMoving));
  const isSame = same(before.colos, colos) && same(before.moving, still) && same(before.set, after.set);
  const version = isSame ? before.version : before.version + 1;
  return isSame && same(before.exclude, after.exclude) ? before : { ...after, colos, moving: still, version };
}

function without(table: Readonly<Record<string, string>>, key: string): Readonly<Record<string, string>> {
  const { [key]: _, ...rest } = table;
  return rest;
}

function same(a: object, b: object): boolean {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length && left.every(([key, value]) => Reflect.get(b, key) === value);
}
