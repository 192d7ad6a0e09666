/** The tables of the race, as text. */
import { table } from "../table.ts";
import { ARMS, type ArmName } from "./arms.ts";
import type { CellResult } from "./cell.ts";
import { placeOf } from "./distances.ts";
import { judge, type PlaceSummaries } from "./figures/bars.ts";
import type { Interval } from "./figures/interval.ts";
import type { Summary } from "./figures/summary.ts";

const HEADS = [
  ...["arm", "pairs", "first byte on", "off", "p95 on", "off", "saved [95 %]", ">= 100 ms"],
  ...["won", "joined", "lost", "useless", "fetches", "LCP on", "off", "late ms", "CPU", "of it ours"],
];

/** Every arm of a place, then its bars. Times in ms. */
export function placeReport(
  place: string,
  summaries: PlaceSummaries,
  cells: Readonly<Partial<Record<ArmName, CellResult>>>,
): string {
  const rows = (Object.entries(summaries) as [ArmName, Summary][]).map(([name, summary]) => {
    const { tally, fetches, extraFetches } = summary;
    const load = cells[name]?.load;
    return [
      ...[ARMS[name].title, summary.pairs, ms(summary.firstByteOn.at), ms(summary.firstByteOff.at)],
      ...[ms(summary.p95On.at), ms(summary.p95Off.at), bounds(summary.saved), percent(summary.share100.at)],
      ...[share(tally.won, tally.hinted), share(tally.joined, tally.hinted), share(tally.lost, tally.hinted)],
      ...[tally.useless, extraFetches === 0 ? `${fetches}` : `${fetches} (${extraFetches} more than once)`],
      ...[
        ms(summary.largestPaintOn),
        ms(summary.largestPaintOff),
        ms(load?.lateMs ?? 0),
        percent(load?.cpuShare ?? 0),
        cpuOf(cells[name]),
      ],
    ];
  });
  const bars = judge(summaries, place).map(({ what, figure, limit, reached }) => [
    ...[what, figure, limit],
    reached === null ? "not measured" : reached ? "reached" : "MISSED",
  ]);
  return [
    `\n${placeOf(place).city} (${place})\n`,
    table(HEADS, rows),
    "",
    table(["to reach", "measured", "limit", ""], bars),
  ].join("\n");
}

/** CPU seconds per second. */
function cpuOf(cell: CellResult | undefined): string {
  const seconds = Object.values(cell?.load.cpuSeconds ?? {}).reduce((sum, one) => sum + one, 0);
  return (seconds / (cell?.seconds ?? 1)).toFixed(2);
}

function ms(value: number): number {
  return Math.round(value);
}

function bounds({ at, low, high }: Interval): string {
  return `${ms(at)} [${ms(low)}, ${ms(high)}]`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function share(count: number, of: number): string {
  return of === 0 ? "-" : percent(count / of);
}
