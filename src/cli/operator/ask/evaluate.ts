/** Answers a question from points in memory, as Analytics Engine answers its SQL. Pure. */
import { POINT_BLOBS, POINT_DOUBLES, type Point } from "../../../record.ts";
import type { Blob, Condition, Double, Measure, Question, Row, Window } from "./question.ts";

/** A point, the unix ms at which it was written, and how many points it stands for. */
export type WeightedPoint = { readonly point: Point; readonly at: number; readonly interval: number };

export function evaluate(question: Question, points: readonly WeightedPoint[], window: Window): readonly Row[] {
  const { where, by, measures, most } = question;
  const groups = new Map<string, { readonly keys: Row; readonly points: WeightedPoint[] }>();
  for (const one of points) {
    const second = Math.floor(one.at / 1_000);
    if (second < window.from || second >= window.to || !holds(where, one)) continue;
    const keys = Object.fromEntries(by.map((name) => [name, keyOf(name, one, window)]));
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? { keys, points: [] };
    groups.set(id, group);
    group.points.push(one);
  }
  const [first = ""] = Object.keys(measures);
  const rows = [...groups.values()].map(
    (group): Row => ({
      ...group.keys,
      ...Object.fromEntries(Object.entries(measures).map(([name, one]) => [name, measure(one, group.points)])),
    }),
  );
  return rows.sort((a, b) => Number(b[first]) - Number(a[first])).slice(0, by.length === 0 ? 1 : most);
}

function keyOf(name: Question["by"][number], { point, at }: WeightedPoint, { slotMinutes }: Window): string | number {
  const second = Math.floor(at / 1_000);
  if (name === "second") return second;
  return name === "slot" ? second - (second % (60 * slotMinutes)) : blobOf(name, point);
}

function measure(asked: Measure, points: readonly WeightedPoint[]): number {
  if (asked.kind === "interval") return points.reduce((most, { interval }) => Math.max(most, interval), 0);
  if (asked.kind === "quantile") return quantile(asked, points);
  const { where = [] } = asked;
  return points.reduce((sum, one) => {
    if (!holds(where, one)) return sum;
    return sum + one.interval * (asked.kind === "count" ? 1 : doubleOf(asked.column, one.point));
  }, 0);
}

/** ClickHouse's quantileExactWeighted: the first value at which the weights so far are the share of all. */
function quantile({ column, share }: Extract<Measure, { kind: "quantile" }>, points: readonly WeightedPoint[]): number {
  const sorted = points
    .map(({ point, interval }) => [doubleOf(column, point), interval] as const)
    .sort(([a], [b]) => a - b);
  const least = Math.ceil(share * sorted.reduce((sum, [, interval]) => sum + interval, 0));
  let weight = 0;
  for (const [value, interval] of sorted) {
    weight += interval;
    if (weight >= least) return value;
  }
  return 0;
}

function holds(conditions: readonly Condition[], { point }: WeightedPoint): boolean {
  return conditions.every((one) => {
    if ("above" in one) return doubleOf(one.column, point) > one.above;
    const value = blobOf(one.column, point);
    return "is" in one ? one.is.includes(value) : !one.isNot.includes(value);
  });
}

function blobOf(name: Blob, point: Point): string {
  return point.blobs[POINT_BLOBS.indexOf(name)] ?? "";
}

function doubleOf(name: Double, point: Point): number {
  return point.doubles[POINT_DOUBLES.indexOf(name)] ?? 0;
}
