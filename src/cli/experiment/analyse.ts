/** What a log of an experiment says so far. Pure. */
import { boundaryAt } from "./boundary.ts";
import { type Difference, differenceOf, MOST_SPLIT_Z, splitCheck } from "./difference.ts";
import type { ExperimentLog, PictureCounts } from "./readLog.ts";
import { type Counts, priorViews, type ShrunkRate, shrunkRate } from "./shrunkRate.ts";

export type Look = { readonly sessions: number; readonly z: number; readonly boundary: number };
export type PictureRate = PictureCounts & ShrunkRate & { readonly cluster: string; readonly picture: string };

export type Analysis = Difference & {
  /** |z| of the split; beyond MOST_SPLIT_Z the draw was not fair. */
  readonly splitZ: number;
  readonly isFair: boolean;
  /** Interval of the difference, wide enough for having looked early. */
  readonly low: number;
  readonly high: number;
  /** The looks that the log is long enough for. */
  readonly looks: readonly Look[];
  /** The first look that crossed its boundary; null = none. */
  readonly decided: Look | null;
  readonly isComplete: boolean;
  /** Pictures of clusters in which several were shown. Those of one cluster stand together. Most views first. */
  readonly pictures: readonly PictureRate[];
};

/** `planned`: sessions. `looks`: how often it is looked at on the way, the end included. */
export function analyse(log: ExperimentLog, planned: number, looks: number): Analysis {
  const { sessions, assigned, clusters } = log;
  const all = differenceOf(sessions);
  const made = Array.from({ length: looks }, (_, i) => i + 1).flatMap((look): Look[] => {
    const size = Math.ceil((planned * look) / looks);
    if (size > sessions.length) return [];
    const { z } = differenceOf(sessions.slice(0, size));
    // A first look at which one arm has no view yet decides nothing.
    return [{ sessions: size, z: Number.isNaN(z) ? 0 : z, boundary: boundaryAt(look, looks) }];
  });
  const isComplete = made.length === looks;
  const wide = boundaryAt(isComplete ? looks : Math.max(1, made.length), looks) * all.standardError;
  const splitZ = Math.abs(splitCheck(assigned));
  return {
    ...all,
    ...{ splitZ, isFair: splitZ <= MOST_SPLIT_Z, low: all.difference - wide, high: all.difference + wide },
    ...{ looks: made, decided: made.find(({ z, boundary }) => Math.abs(z) >= boundary) ?? null, isComplete },
    pictures: ratesOf(clusters),
  };
}

function ratesOf(clusters: ExperimentLog["clusters"]): readonly PictureRate[] {
  const shared = [...clusters].filter(([, pictures]) => pictures.size > 1);
  const worth = priorViews(shared.flatMap(([, pictures]) => [...pictures.values()]));
  const viewsOf = ([, pictures]: (typeof shared)[number]) => sum([...pictures.values()], "views");
  const inOrder = shared.sort((a, b) => viewsOf(b) - viewsOf(a) || (a[0] < b[0] ? -1 : 1));
  return inOrder.flatMap(([cluster, pictures]) => {
    const counts = [...pictures.values()];
    const [views, clicks] = [sum(counts, "views"), sum(counts, "clicks")];
    // A cluster without a click, or with nothing else, is no proof of a rate of 0 or 1.
    const prior = (clicks + 0.5) / (views + 1);
    const rates = [...pictures].map(([picture, own]) => ({
      cluster,
      picture,
      ...own,
      ...shrunkRate(own, prior, worth),
    }));
    return rates.sort((a, b) => b.views - a.views || (a.picture < b.picture ? -1 : 1));
  });
}

function sum(counts: readonly Counts[], field: keyof Counts): number {
  return counts.reduce((total, own) => total + own[field], 0);
}
