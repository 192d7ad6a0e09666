/** What the stores take from each data centre in this minute, in milliseconds. Pure. */
import { changeByColo, type Deviation } from "./change.ts";
import { presentRegion } from "./moves.ts";
import { type RecentReads, recentDeltas, withRecent } from "./recent.ts";
import type { DecideConfig, WeatherState } from "./state.ts";
import { usualMs } from "./usual.ts";
import { type Measured, PRIMARY_STORE } from "./window.ts";

export type Figures = {
  /** The region that the data centre reads. */
  readonly present: (colo: string) => string;
  readonly usual: (colo: string, store: string) => number | null;
  /** How much more than usual the region that it reads takes; null = too few samples or isolates. */
  readonly changes: ReadonlyMap<string, number | null>;
  /** The region that it reads; null = not known. */
  readonly now: (colo: string) => number | null;
  /** A store that it does not read: what is usual, and more when the newest reads say so. Null = not known. */
  readonly other: (colo: string, store: string) => number | null;
  readonly recent: RecentReads;
};

/** By the reads of one minute, at `now` (unix ms). */
export function figuresOf(state: WeatherState, reads: readonly Measured[], now: number, config: DecideConfig): Figures {
  const { region, deployed, weather } = config;
  const present = (colo: string) => presentRegion(weather, colo, config) ?? region;
  const usual = (colo: string, store: string) => usualMs(state.usual.means, colo, store, region, now);
  const { read, others } = deviations(state, reads, present, usual, config);
  const changes = new Map(
    Object.entries(read).flatMap(([store, ofStore]) =>
      [...changeByColo(ofStore)].filter(([colo]) => present(colo) === store),
    ),
  );
  const recent = withRecent(state.recent, others, now);
  const deltas = new Map(deployed.map((store) => [store, recentDeltas(recent, store, now)]));
  return {
    ...{ present, usual, changes, recent },
    now: (colo) => sum(usual(colo, present(colo)), changes.get(colo) ?? null),
    other: (colo, store) => {
      const delta = deltas.get(store)?.(colo) ?? 0;
      // Only the store that was left may be faster than its mean: the mean may still have the time of its trouble in it.
      return sum(usual(colo, store), store === region ? delta : Math.max(0, delta));
    },
  };
}

function sum(usual: number | null, delta: number | null): number | null {
  return usual === null || delta === null ? null : Math.max(0, usual + delta);
}

type ByStore = Readonly<Record<string, readonly Deviation[]>>;

/**
 * Each read of a region against what is usual, by store. `read`: by who reads the store, beside another one too: without
 * those that have just left, the last ones in trouble would be too few. `others`: by who does not read it now, and of home by
 * who has just come back, which tells those who are still away.
 */
function deviations(
  { stays }: WeatherState,
  reads: readonly Measured[],
  present: Figures["present"],
  usualOf: Figures["usual"],
  { region, weather }: DecideConfig,
): { readonly read: ByStore; readonly others: ByStore } {
  const read: Record<string, Deviation[]> = {};
  const others: Record<string, Deviation[]> = {};
  for (const { colo, isolate, store, count, ms } of reads) {
    const usual = store === PRIMARY_STORE ? null : usualOf(colo, store);
    if (usual === null) continue;
    const deviation = { colo, isolate, count, usual, delta: ms - usual };
    const isPresent = present(colo) === store;
    if (isPresent || weather.moving[colo] === store) (read[store] ??= []).push(deviation);
    if (!isPresent || stays[colo]?.to === region) (others[store] ??= []).push(deviation);
  }
  return { read, others };
}
