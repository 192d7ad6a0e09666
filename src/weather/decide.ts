/**
 * What a region's object decides each minute, without clock or I/O. It decides about the data centres that the fixed table
 * gives to its region, wherever they read now: away and back. docs/inside/decisions/weather.md says why.
 */
import { type Figures, figuresOf } from "./figures.ts";
import type { Move } from "./moves.ts";
import type { WeatherReport } from "./report.ts";
import { RULES } from "./rules.ts";
import { type DecideConfig, isOurs, type Streak, type Unpaid, type WeatherState, withPresent } from "./state.ts";
import { isSettled, isUnpaid, primaryMs, type Stay, withWindow } from "./stay.ts";
import { type Mean, weightAt, withReads, withValue } from "./usual.ts";
import { type Measured, measuredIn } from "./window.ts";

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
  const known = withPresent(before, now, config);
  const reads = measuredIn(reports).filter(({ colo }) => isOurs(colo, config));
  const figures = figuresOf(known, reads, now, config);
  const stays = staysAfter(known, reads, figures, now, config);
  // A store that is read beside is often one in trouble, and it is read a hundred times as often as a probe would.
  const regular = reads.filter(({ colo, store }) => config.weather.moving[colo] !== store);
  const state = { ...known, stays, usual: withReads(known.usual, regular, now), recent: figures.recent, streaks: {} };
  const { changes } = figures;
  if (config.weather.freeze) return { state, moves: [], changes };

  const noise: Record<string, Mean> = { ...known.noise };
  const streaks: Record<string, Streak> = {};
  const unpaid: Record<string, Unpaid> = { ...known.unpaid };
  const moves: Move[] = [];
  for (const colo of new Set([...reads.map((read) => read.colo), ...Object.keys(stays)])) {
    const stay = stays[colo];
    const from = config.weather.moving[colo];
    if (from !== undefined && stay !== undefined && isSettled(stay, now)) {
      moves.push({ kind: "settle", colo, from, to: stay.to });
    }
    const streak = better(colo, figures, known, now, config);
    const change = changes.get(colo) ?? null;
    // What may be trouble is no noise.
    if (streak === null && change !== null) noise[colo] = withValue(noise[colo], Math.abs(change), 1, now);
    if (isHeld(stay, unpaid[colo], now, config)) continue;
    if (streak !== null) streaks[colo] = streak;
    const move = (streak === null ? null : moveOf(colo, streak, figures)) ?? wayBack(colo, stay, now, config);
    if (move === null) continue;
    moves.push(move);
    if (move.why === "unpaid") unpaid[colo] = { times: (unpaid[colo]?.times ?? 0) + 1, at: now };
  }
  return { state: { ...state, noise, streaks, unpaid }, moves, changes };
}

/** Counts the window for each data centre that was moved. */
function staysAfter(
  { stays }: WeatherState,
  reads: readonly Measured[],
  figures: Figures,
  now: number,
  { region, weather }: DecideConfig,
): Readonly<Record<string, Stay>> {
  const change = (stay: Stay | undefined) => (stay === undefined ? "" : `${stay.from} ${stay.to}`);
  const ofColo = Map.groupBy(reads, ({ colo }) => colo);
  const ofChange = Map.groupBy(reads, ({ colo }) => change(stays[colo]));
  const after = Object.entries(stays).map(([colo, stay]) => {
    const own = ofColo.get(colo) ?? [];
    const alike = ofChange.get(change(stay)) ?? [];
    const here = figures.now(colo);
    const home = stay.to === region ? here : figures.other(colo, region);
    const known = { now: here, home, primary: primaryMs(own) };
    return [colo, withWindow(stay, own, alike, known, weather.moving[colo] !== undefined, now)] as const;
  });
  return Object.fromEntries(after);
}

/** After a change nothing is changed for a while, and for longer after one that did not pay. */
function isHeld(stay: Stay | undefined, unpaid: Unpaid | undefined, now: number, { region }: DecideConfig): boolean {
  if (stay !== undefined && now - stay.at < RULES.holdMs) return true;
  if (unpaid === undefined || (stay !== undefined && stay.to !== region)) return false;
  return now - unpaid.at < Math.min(RULES.holdMs * 2 ** unpaid.times, RULES.mostHoldMs);
}

/**
 * The store that is better by enough, and in how many windows in a row it was. Null: there is none. Where the store that is
 * read has no figure, only home can be better, by what is usual: too few samples mean the table.
 */
function better(
  colo: string,
  figures: Figures,
  { noise, streaks }: WeatherState,
  now: number,
  { region, deployed, weather }: DecideConfig,
): Streak | null {
  const at = figures.present(colo);
  const figure = figures.now(colo);
  const known = figure ?? (at === region ? null : figures.usual(colo, at));
  if (known === null) return null;
  const least = known - (figure === null ? 0 : RULES.noise * deviationOf(noise[colo], now));
  let best: { readonly to: string; readonly ms: number } | null = null;
  for (const to of figure === null ? [region] : deployed) {
    const ms = to === at || weather.exclude.includes(to) ? null : figures.other(colo, to);
    if (ms !== null && (best === null || ms < best.ms)) best = { to, ms };
  }
  if (best === null || best.ms > (1 - RULES.better) * least) return null;
  const before = streaks[colo];
  return { to: best.to, windows: before?.to === best.to ? before.windows + 1 : 1 };
}

/** In milliseconds. What was not seen yet counts as 0. */
function deviationOf(mean: Mean | undefined, now: number): number {
  if (mean === undefined) return 0;
  const weight = weightAt(mean, now);
  return (mean.ms * weight) / Math.max(weight, RULES.noiseMinutes);
}

function moveOf(colo: string, { to, windows }: Streak, figures: Figures): (Move & { readonly kind: "move" }) | null {
  if (windows < RULES.windows) return null;
  return { kind: "move", colo, from: figures.present(colo), to, why: "better" };
}

/** Home without being better: nobody knows how the store is that is read, or the move does not pay. */
function wayBack(
  colo: string,
  stay: Stay | undefined,
  now: number,
  { region, weather }: DecideConfig,
): (Move & { readonly kind: "move" }) | null {
  if (stay === undefined || stay.to === region || weather.exclude.includes(region)) return null;
  const isUnknown = stay.unknownSince !== null && now - stay.unknownSince >= RULES.unknownMs;
  const why = isUnknown ? "unknown" : isUnpaid(stay) ? "unpaid" : null;
  return why === null ? null : { kind: "move", colo, from: stay.to, to: region, why };
}
