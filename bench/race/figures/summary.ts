/** The figures of one arm at one place, from its pairs of page views. */
import { ARMS, type ArmName } from "../arms.ts";
import type { CellResult, SideValues } from "../run/cell.ts";
import { bootstrap, type Interval, type Pair, quantileOf, savedOf, shareAtLeast, slowerPercent } from "./interval.ts";
import type { Tally } from "./outcome.ts";

/** First bytes, drawn and paints in ms; shares 0 to 1. */
export type Summary = {
  readonly pairs: number;
  readonly firstByteOn: Interval;
  readonly firstByteOff: Interval;
  readonly p95On: Interval;
  readonly p95Off: Interval;
  readonly saved: Interval;
  readonly savedP95: Interval;
  /** Of the pictures, those that came at least 100 ms sooner. */
  readonly share100: Interval;
  /** How much slower the median is, in percent of the side without. */
  readonly slower: Interval;
  readonly drawnOn: number;
  readonly drawnOff: number;
  readonly largestPaintOn: number;
  readonly largestPaintOff: number;
  readonly tally: Tally;
  readonly wonShare: number;
  /** First bytes: of readers who joined, and of readers without a hint. */
  readonly joinedP95: number;
  readonly aloneP95: number;
  readonly fetches: number;
  readonly extraFetches: number;
  /** Of the pages with `103 Early Hints`: those whose first picture Chromium asked for by it. */
  readonly earlyShare: number;
  /** Of the first picture of a page alone: what it came sooner. */
  readonly firstPictureSaved: Interval;
};

const LEAST_MS = 100;

export function summarize(name: ArmName, result: CellResult, random: () => number): Summary {
  const { pairs, tally } = result;
  const timed = pairs.map(({ on, off }): Pair => ({ on: on.firstByte, off: off.firstByte }));
  const sure = (statistic: (pairs: readonly Pair[]) => number) => bootstrap(timed, statistic, random);
  const side = (which: keyof Pair, share: number) => (some: readonly Pair[]) =>
    quantileOf(
      some.flatMap((pair) => pair[which]),
      share,
    );
  const joined = pairs.flatMap(({ on }) => on.firstByte.filter((_, i) => on.how[i] === "joined"));
  const early = ARMS[name].on.preload ? pairs.filter(({ on }) => on.early).length / pairs.length : Number.NaN;
  const first = pairs.map(({ on, off }) => ({ on: on.firstByte.slice(0, 1), off: off.firstByte.slice(0, 1) }));
  const middle = (which: keyof Pair, values: (side: SideValues) => readonly (number | null)[]) =>
    quantileOf(
      pairs.flatMap((pair) => values(pair[which]).filter((value) => value !== null)),
      0.5,
    );
  return {
    pairs: pairs.length,
    firstByteOn: sure(side("on", 0.5)),
    firstByteOff: sure(side("off", 0.5)),
    p95On: sure(side("on", 0.95)),
    p95Off: sure(side("off", 0.95)),
    saved: sure((some) => quantileOf(savedOf(some), 0.5)),
    savedP95: sure((some) => quantileOf(savedOf(some), 0.95)),
    share100: sure((some) => shareAtLeast(savedOf(some), LEAST_MS)),
    slower: sure(slowerPercent),
    drawnOn: middle("on", ({ drawn }) => drawn),
    drawnOff: middle("off", ({ drawn }) => drawn),
    largestPaintOn: middle("on", ({ largestPaint }) => [largestPaint]),
    largestPaintOff: middle("off", ({ largestPaint }) => [largestPaint]),
    ...{ tally, wonShare: tally.won / tally.hinted },
    joinedP95: quantileOf(joined, 0.95),
    aloneP95: side("off", 0.95)(timed),
    ...{ fetches: result.fetches, extraFetches: result.extraFetches, earlyShare: early },
    firstPictureSaved: bootstrap(first, (some) => quantileOf(savedOf(some), 0.5), random),
  };
}
