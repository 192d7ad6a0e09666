/** The tables of the race, as text. */
import { table } from "../../table.ts";
import { ARMS, type ArmName } from "../arms.ts";
import { placeOf } from "../distances.ts";
import type { CellResult } from "../run/cell.ts";
import { judge, type PlaceSummaries } from "./bars.ts";
import type { Interval } from "./interval.ts";
import type { Summary } from "./summary.ts";

const TIMES = ["ms", "pairs", "median on", "median off", "p95 on", "p95 off", "saved", "first picture", ">= 100 ms"];
const COUNTS = [
  ...["", "won", "joined", "lost", "useless", "fetches", "drawn on", "off", "LCP on", "off"],
  ...["late ms", "CPU", "of it ours"],
];
const BAR_HEADS = ["to reach", "measured", "limit", ""];

/** Every arm of a place: first bytes with their 95 % intervals, what became of the hints, and load; then its bars. */
export function placeReport(
  place: string,
  summaries: PlaceSummaries,
  cells: Readonly<Partial<Record<ArmName, CellResult>>>,
): string {
  const arms = Object.entries(summaries) as [ArmName, Summary][];
  const bars = judge(summaries, place).map(({ what, figure, limit, reached }) => [
    ...[what, figure, limit],
    reached === null ? "not measured" : reached ? "reached" : "MISSED",
  ]);
  const times = arms.map(([name, summary]) => timesOf(ARMS[name].title, summary));
  const counts = arms.map(([name, summary]) => countsOf(ARMS[name].title, summary, cells[name]));
  const head = `${placeOf(place).city} (${place}): first byte of a picture [95 % interval]`;
  return [`\n${head}\n`, table(TIMES, times), "", table(COUNTS, counts), "", table(BAR_HEADS, bars)].join("\n");
}

function timesOf(title: string, summary: Summary) {
  const { pairs, firstByteOn, firstByteOff, p95On, p95Off, saved, firstPictureSaved, share100 } = summary;
  const intervals = [firstByteOn, firstByteOff, p95On, p95Off, saved].map(bounds);
  return [title, pairs, ...intervals, ms(firstPictureSaved.at), percent(share100.at)];
}

function countsOf(title: string, summary: Summary, cell: CellResult | undefined) {
  const { tally, fetches, extraFetches } = summary;
  const shares = [tally.won, tally.joined, tally.lost].map((count) => share(count, tally.hinted));
  const load = cell?.load;
  return [
    ...[title, ...shares, tally.useless, extraFetches === 0 ? `${fetches}` : `${fetches} (${extraFetches} twice)`],
    ...[ms(summary.drawnOn), ms(summary.drawnOff), ms(summary.largestPaintOn), ms(summary.largestPaintOff)],
    ...[ms(load?.lateMs ?? 0), percent(load?.cpuShare ?? 0), coresOf(cell)],
  ];
}

/** CPU seconds per second of the bench's own processes. */
function coresOf(cell: CellResult | undefined): string {
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
