/**
 * The newest reads of stores that a data centre does not read now: probes, and reads beside during a change. They say
 * whether a store that was left is well again. Pure.
 */
import { type Deviation, pooledDelta } from "./change.ts";
import { RULES } from "./rules.ts";

type Recent = Deviation & {
  /** Unix ms. */
  readonly at: number;
};

/** Store -> its reads, newest first. */
export type RecentReads = Readonly<Record<string, readonly Recent[]>>;

/** With the reads of one window. What is too old or too much is forgotten. */
export function withRecent(
  recent: RecentReads,
  reads: Readonly<Record<string, readonly Deviation[]>>,
  now: number,
): RecentReads {
  const stores = new Set([...Object.keys(recent), ...Object.keys(reads)]);
  const kept = [...stores].map((store) => {
    const newest = (reads[store] ?? []).map((read) => ({ ...read, at: now }));
    const older = (recent[store] ?? []).filter(({ at }) => now - at < RULES.recentMs);
    return [store, [...newest, ...older].slice(0, RULES.recentKept)] as const;
  });
  return Object.fromEntries(kept.filter(([, list]) => list.length > 0));
}

/**
 * Gives how much more than usual the store takes from a data centre, in milliseconds: by its own newest reads, else by
 * those of all data centres that do not read it. Null = not known.
 */
export function recentDeltas(recent: RecentReads, store: string, now: number): (colo: string) => number | null {
  const reads = recent[store] ?? [];
  const byColo = Map.groupBy(
    reads.filter(({ at }) => now - at < RULES.ownRecentMs),
    ({ colo }) => colo,
  );
  const ofAll = newestDelta(reads);
  return (colo) => newestDelta(byColo.get(colo) ?? []) ?? ofAll;
}

/** By the newest reads, as many as a figure needs. Reads of one moment are equally new. */
function newestDelta(reads: readonly Recent[]): number | null {
  let samples = 0;
  for (const [i, { count, at }] of reads.entries()) {
    samples += count;
    if (samples < RULES.samples || reads[i + 1]?.at === at) continue;
    const delta = pooledDelta(reads.slice(0, i + 1));
    if (delta !== null) return delta;
  }
  return null;
}
