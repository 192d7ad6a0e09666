/** What the race must reach, as a table: one row per bar, a limit per place, and how the figure is worked out. */
import type { ArmName } from "../arms.ts";
import { placeOf } from "../distances.ts";
import type { Summary } from "./summary.ts";

/** The summaries of one place. An arm that was not run has none. */
export type PlaceSummaries = Readonly<Partial<Record<ArmName, Summary>>>;

export type Bar = {
  readonly what: string;
  readonly unit: "ms" | "%" | "points";
  readonly better: "higher" | "lower";
  /** The limit at a place; undefined: the bar is not for this place. */
  readonly limit: (place: string) => number | undefined;
  /** NaN when an arm that it needs was not run, or has no such picture. */
  readonly figure: (summaries: PlaceSummaries, place: string) => number;
};

export type Judged = {
  readonly what: string;
  readonly figure: string;
  readonly limit: string;
  readonly reached: boolean | null;
};

const everywhere = (limit: number) => () => limit;
const byPlace = (limits: Readonly<Record<string, number>>) => (place: string) => limits[place];
const SAVED_A = byPlace({ SIN: 190, SYD: 90, "SYD-oc": 185, NRT: 118, MAD: 66 });
const NONE = Number.NaN;

/** Medians with the warmer above reader-edge, edge-region and the floor of the same page. */
function aboveRegion({ floor, a50 }: PlaceSummaries, place: string): number {
  const { readerEdge, edgeRegion } = placeOf(place);
  return (a50?.firstByteOn.at ?? NONE) - readerEdge - edgeRegion - (floor?.firstByteOff.at ?? NONE);
}

/** Medians without the warmer above reader-edge, edge-primary and the floor of the same page. */
function abovePrimary({ floor, a50 }: PlaceSummaries, place: string): number {
  const { readerEdge, edgePrimary } = placeOf(place);
  return (a50?.firstByteOff.at ?? NONE) - readerEdge - edgePrimary - (floor?.firstByteOff.at ?? NONE);
}

/** By how many points of percent the upper bound of "slower" is over that of off against off. */
const beyondNoise = (name: "late" | "drowned") => (summaries: PlaceSummaries) =>
  (summaries[name]?.slower.high ?? NONE) - (summaries.offOff?.slower.high ?? NONE);

const percent = (share: number | undefined) => (share ?? NONE) * 100;

export const BARS: readonly Bar[] = [
  {
    ...{ what: "(A) hints that win, thinking 50", unit: "%", better: "higher", limit: everywhere(95) },
    figure: ({ a50 }) => percent(a50?.wonShare),
  },
  {
    ...{ what: "(A) hints that win, thinking 200", unit: "%", better: "higher", limit: everywhere(95) },
    figure: ({ a200 }) => percent(a200?.wonShare),
  },
  {
    ...{ what: "(A) hints by country that win, data centre moved", unit: "%", better: "higher", limit: everywhere(95) },
    figure: ({ movedCountry }) => percent(movedCountry?.wonShare),
  },
  {
    ...{ what: "(A) hints by region that win, data centre moved", unit: "%", better: "higher", limit: everywhere(95) },
    figure: ({ movedRegion }) => percent(movedRegion?.wonShare),
  },
  {
    ...{ what: "(A) first byte with the warmer, above reader-edge + edge-region + floor", unit: "ms", better: "lower" },
    ...{ limit: everywhere(15), figure: aboveRegion },
  },
  {
    ...{ what: "(A) first byte without, above reader-edge + edge-primary + floor", unit: "ms", better: "lower" },
    ...{ limit: everywhere(15), figure: abovePrimary },
  },
  {
    ...{ what: "(A) median saved, thinking 50, lower bound", unit: "ms", better: "higher", limit: SAVED_A },
    figure: ({ a50 }) => a50?.saved.low ?? NONE,
  },
  {
    ...{ what: "(A) median saved, thinking 200, lower bound", unit: "ms", better: "higher", limit: SAVED_A },
    figure: ({ a200 }) => a200?.saved.low ?? NONE,
  },
  {
    ...{ what: "(B) median saved, thinking 100, lower bound", unit: "ms", better: "higher" },
    ...{ limit: byPlace({ SIN: 450, MAD: 250 }), figure: ({ b100 }) => b100?.saved.low ?? NONE },
  },
  {
    ...{
      what: "(B) source fetches beyond one per hinted picture",
      unit: "%",
      better: "lower",
      limit: byPlace({ SIN: 0.5 }),
    },
    figure: ({ b100 }) => percent((b100?.extraFetches ?? NONE) / (b100?.tally.hinted ?? NONE)),
  },
  {
    ...{
      what: "(B) p95 of joined readers above readers alone",
      unit: "%",
      better: "lower",
      limit: byPlace({ SIN: 10 }),
    },
    figure: ({ b100 }) => percent((b100?.joinedP95 ?? NONE) / (b100?.aloneP95 ?? NONE) - 1),
  },
  {
    ...{ what: "late: slower than no warmer, upper bound beyond off against off", unit: "points", better: "lower" },
    ...{ limit: everywhere(2), figure: beyondNoise("late") },
  },
  {
    ...{ what: "drowned: the same", unit: "points", better: "lower", limit: everywhere(2) },
    figure: beyondNoise("drowned"),
  },
  {
    ...{ what: "103 Early Hints that Chromium followed", unit: "%", better: "higher", limit: everywhere(95) },
    figure: ({ early }) => percent(early?.earlyShare),
  },
];

/** Judges a place by every bar that is for it. `reached` is null where the arms were not run. */
export function judge(summaries: PlaceSummaries, place: string): readonly Judged[] {
  return BARS.flatMap(({ what, unit, better, limit, figure }) => {
    const bar = limit(place);
    if (bar === undefined) return [];
    const value = figure(summaries, place);
    const isReached = better === "higher" ? value >= bar : value <= bar;
    return [
      {
        what,
        figure: Number.isNaN(value) ? "-" : `${value.toFixed(1)} ${unit}`,
        limit: `${better === "higher" ? ">=" : "<="} ${bar} ${unit}`,
        reached: Number.isNaN(value) ? null : isReached,
      },
    ];
  });
}
