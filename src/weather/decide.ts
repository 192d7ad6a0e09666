/**
 * What a region's object decides each minute, without clock or I/O. It decides about the data centres that the fixed table
 * gives to its region, wherever they read now: away and back. docs/inside/decisions/weather.md says why.
 */
import { tableRegionOf } from "../coordinate/regions.ts";
import { changeByColo, type Deviation } from "./change.ts";
import { type MapRules, type Move, presentRegion } from "./moves.ts";
import { type RecentReads, recentDeltas, withRecent } from "./recent.ts";
import type { WeatherReport } from "./report.ts";
import { RULES } from "./rules.ts";
import type { WeatherSettings } from "./settings.ts";
import { isSettled, isUnpaid, newStay, primaryMs, type Stay, withWindow } from "./stay.ts";
import { NOTHING_USUAL, type Usual, usualMs, withReads } from "./usual.ts";
import { type Measured, measuredIn, PRIMARY_STORE } from "./window.ts";

/** What the object remembers between two decisions. It is JSON. */
export type WeatherState = {
  readonly usual: Usual;
  readonly recent: RecentReads;
  /** By data centre, since its last change; none = it is at home for a long time. */
  readonly stays: Readonly<Record<string, Stay>>;
  /** By data centre: in so many windows in a row `to` was better. */
  readonly streaks: Readonly<Record<string, { readonly to: string; readonly windows: number }>>;
  /** By data centre: moves that did not pay, and when the last one was undone (unix ms). */
  readonly unpaid: Readonly<Record<string, { readonly times: number; readonly at: number }>>;
};

export const NO_STATE: WeatherState = { usual: NOTHING_USUAL, recent: {}, stays: {}, streaks: {}, unpaid: {} };

export type DecideConfig = MapRules & {
  /** The region of the object. */
  readonly region: string;
  /** As they are in the ledger now. */
  readonly weather: WeatherSettings;
};

export type Decided = {
  readonly state: WeatherState;
  readonly moves: readonly Move[];
  /** Data centre -> how much more than usual the region that it reads takes, in ms. */
  readonly changes: ReadonlyMap<string, number | null>;
};

/** Decides on the reports that came since the last decision, in their order. `now`: unix ms. */
export function decide(
  before: WeatherState,
  reports: readonly WeatherReport[],
  now: number,
  config: DecideConfig,
): Decided {
  const state = withPresent(before, now, config);
  const reads = measuredIn(reports).filter(({ colo }) => isOurs(colo, config));
  const present = (colo: string) => presentRegion(config.weather, colo, config) ?? config.region;
  const usualOf = (colo: string, store: string) => usualMs(state.usual.means, colo, store, config.region, now);
  const { main, others } = deviations(reads, present, usualOf, (colo) => state.stays[colo]?.to === config.region);
  const changes = new Map(Object.values(main).flatMap((ofStore) => [...changeByColo(ofStore)]));
  const recent = withRecent(state.recent, others, now);
  const recentOf = new Map(config.deployed.map((store) => [store, recentDeltas(recent, store, now)]));

  const readsOf = Map.groupBy(reads, ({ colo }) => colo);
  const changeOf = Map.groupBy(reads, ({ colo }) => changeName(state.stays[colo]));
  const stays: Record<string, Stay> = {};
  const streaks: Record<string, { to: string; windows: number }> = {};
  const unpaid: Record<string, { times: number; at: number }> = { ...state.unpaid };
  const moves: Move[] = [];

  /** What a store that is not read takes, in ms. Only a store that was left may seem faster than usual. */
  const other = (colo: string, store: string): number | null => {
    const usual = usualOf(colo, store);
    if (usual === null) return null;
    const delta = recentOf.get(store)?.(colo) ?? 0;
    return Math.max(0, usual + (store === config.region ? delta : Math.max(0, delta)));
  };

  for (const colo of new Set([...readsOf.keys(), ...Object.keys(state.stays)])) {
    const at = present(colo);
    const own = readsOf.get(colo) ?? [];
    const usual = usualOf(colo, at);
    const change = changes.get(colo) ?? null;
    const figure = usual === null || change === null ? null : Math.max(0, usual + change);
    const moving = config.weather.moving[colo];
    let stay = state.stays[colo];
    if (stay !== undefined) {
      const figures = {
        now: figure,
        home: at === config.region ? figure : other(colo, config.region),
        primary: primaryMs(own),
      };
      stay = withWindow(stay, own, changeOf.get(changeName(stay)) ?? [], figures, moving !== undefined, now);
      stays[colo] = stay;
    }
    if (config.weather.freeze) continue;
    if (moving !== undefined && stay !== undefined && isSettled(stay, now)) {
      moves.push({ kind: "settle", colo, from: moving, to: at });
    }
    if (stay !== undefined && now - stay.at < RULES.holdMs) continue;
    if (at === config.region && now - (unpaid[colo]?.at ?? 0) < holdAfter(unpaid[colo]?.times ?? 0)) continue;
    const mayMoveTo = (store: string) => store !== at && !config.weather.exclude.includes(store);

    const best = config.deployed
      .filter(mayMoveTo)
      .flatMap((to) => ({ to, ms: other(colo, to) ?? Number.POSITIVE_INFINITY }))
      .reduce((a, b) => (b.ms < a.ms ? b : a), { to: at, ms: Number.POSITIVE_INFINITY });
    if (figure !== null && best.ms <= (1 - RULES.better) * figure) {
      const streak = state.streaks[colo];
      const windows = streak?.to === best.to ? streak.windows + 1 : 1;
      streaks[colo] = { to: best.to, windows };
      if (windows >= RULES.windows) moves.push({ kind: "move", colo, from: at, to: best.to, why: "better" });
      continue;
    }
    if (stay === undefined || at === config.region || !mayMoveTo(config.region)) continue;
    const back = { kind: "move", colo, from: at, to: config.region } as const;
    if (stay.unknownSince !== null && now - stay.unknownSince >= RULES.unknownMs) {
      moves.push({ ...back, why: "unknown" });
    } else if (isUnpaid(stay)) {
      moves.push({ ...back, why: "unpaid" });
      unpaid[colo] = { times: timesOf(unpaid[colo], now) + 1, at: now };
    }
  }
  // A store that is read beside is often one in trouble, and it is read a hundred times as often as a probe would.
  const regular = reads.filter(({ colo, store }) => config.weather.moving[colo] !== store);
  const usual = withReads(state.usual, regular, now);
  return { state: { usual, recent, stays, streaks, unpaid }, moves, changes };
}

/** The state for the map as it is: a data centre that reads another region than before begins a stay. */
export function withPresent(before: WeatherState, now: number, config: DecideConfig): WeatherState {
  const { weather, region } = config;
  const stays: Record<string, Stay> = {};
  for (const colo of new Set([
    ...Object.keys(before.stays),
    ...Object.keys(weather.colos),
    ...Object.keys(weather.moving),
  ])) {
    if (!isOurs(colo, config)) continue;
    const at = presentRegion(weather, colo, config) ?? region;
    const known = before.stays[colo];
    const isAtRest = at === region && weather.moving[colo] === undefined;
    if (known?.to === at) {
      if (!isAtRest || now - known.at < RULES.holdMs) stays[colo] = known;
    } else if (known !== undefined || !isAtRest) {
      stays[colo] = newStay(weather.moving[colo] ?? known?.to ?? region, at, now);
    }
  }
  const unpaid = Object.fromEntries(Object.entries(before.unpaid).filter(([, { at }]) => now - at < RULES.mostHoldMs));
  return { ...before, stays, unpaid };
}

function isOurs(colo: string, { weather, region, deployed, overrides }: DecideConfig): boolean {
  const isFree = !Object.hasOwn(weather.set, colo) && !Object.hasOwn(overrides, `colo:${colo}`);
  return isFree && tableRegionOf(colo, deployed, overrides) === region;
}

type ByStore = Readonly<Record<string, readonly Deviation[]>>;

/**
 * Each read of a region against what is usual, by store. `main`: of the region that the data centre reads now. `others`: of
 * another one, and of home by who has just come back, which tells those who are still away.
 */
function deviations(
  reads: readonly Measured[],
  present: (colo: string) => string,
  usualOf: (colo: string, store: string) => number | null,
  isBack: (colo: string) => boolean,
): { readonly main: ByStore; readonly others: ByStore } {
  const main: Record<string, Deviation[]> = {};
  const others: Record<string, Deviation[]> = {};
  for (const { colo, isolate, store, count, ms } of reads) {
    const usual = store === PRIMARY_STORE ? null : usualOf(colo, store);
    if (usual === null) continue;
    const deviation = { colo, isolate, count, usual, delta: ms - usual };
    const isMain = present(colo) === store;
    if (isMain) (main[store] ??= []).push(deviation);
    if (!isMain || isBack(colo)) (others[store] ??= []).push(deviation);
  }
  return { main, others };
}

function changeName(stay: Stay | undefined): string {
  return stay === undefined ? "" : `${stay.from} ${stay.to}`;
}

function timesOf(unpaid: { times: number; at: number } | undefined, now: number): number {
  return unpaid !== undefined && now - unpaid.at < RULES.mostHoldMs ? unpaid.times : 0;
}

function holdAfter(times: number): number {
  return times === 0 ? 0 : Math.min(RULES.holdMs * 2 ** times, RULES.mostHoldMs);
}
