/**
 * Analytics Engine's table of points in SQLite, so that the SQL of docs and dashboards runs in tests. What its dialect
 * (https://developers.cloudflare.com/analytics/analytics-engine/sql-reference/) has and SQLite has not is translated.
 */
import { DatabaseSync } from "node:sqlite";
import { POINT_BLOBS, POINT_DOUBLES, type Point } from "../../src/record.ts";

const SECONDS = { MINUTE: 60, HOUR: 3_600, DAY: 86_400 } as const;
const STEP = 60;

/** A point, the unix ms at which it was written, and how many points it stands for (absent: 1). */
export type TimedPoint = { readonly point: Point; readonly at: number; readonly interval?: number };

export type Row = Readonly<Record<string, string | number | null>>;

/** Runs SQL over points. `now` (unix ms) is what `NOW()` says. */
export function analytics(points: readonly TimedPoint[], now: number): { query(sql: string): readonly Row[] } {
  const db = new DatabaseSync(":memory:");
  // Analytics Engine has 20 of each, used or not; a column that we do not write must not be found here.
  const blobs = POINT_BLOBS.map((_, i) => `blob${i + 1}`);
  const doubles = POINT_DOUBLES.map((_, i) => `double${i + 1}`);
  const columns = ["timestamp", "_sample_interval", "index1", ...blobs, ...doubles];
  // REAL: a quotient of two sums is a fraction in ClickHouse, and whole numbers in SQLite give a whole one.
  db.exec(
    `CREATE TABLE firstlight (${columns.map((name) => `${name}${name === "_sample_interval" ? " REAL" : ""}`).join(", ")})`,
  );
  const insert = db.prepare(`INSERT INTO firstlight VALUES (${columns.map(() => "?").join(", ")})`);
  for (const { point, at, interval = 1 } of points) {
    insert.run(Math.floor(at / 1_000), interval, point.indexes[0] ?? "", ...point.blobs, ...point.doubles);
  }
  db.function("toUnixTimestamp", (seconds) => Math.floor(Number(seconds)));
  // The state of an aggregate can only be a text here: share, then value and weight of each row.
  db.aggregate("quantileWeighted", {
    start: "",
    step: (all, share, value, weight) => `${all === "" ? share : all} ${value} ${weight}`,
    result: (all) => quantileWeighted(`${all}`.split(" ").map(Number)),
  });
  return { query: (sql) => db.prepare(translated(sql, now)).all() as Row[] };
}

/** ClickHouse's quantileExactWeighted: the first value at which the weights so far are the share of all. */
function quantileWeighted([share = 0, ...rest]: readonly number[]): number | null {
  const rows = rest.flatMap((value, at) => (at % 2 === 0 ? [[value, rest[at + 1] ?? 0] as const] : []));
  const least = Math.ceil(share * rows.reduce((sum, [, weight]) => sum + weight, 0));
  let weight = 0;
  for (const [value, of] of rows.sort(([a], [b]) => a - b)) {
    weight += of;
    if (weight >= least) return value;
  }
  return null;
}

function translated(sql: string, now: number): string {
  const ago = (count: string, unit: string) => Number(count) * SECONDS[unit as keyof typeof SECONDS];
  return sql
    .replace(/\$timeSeries/g, `(timestamp - timestamp % ${STEP}) * 1000`)
    .replace(/\$timeFilter/g, "timestamp > 0")
    .replace(/\$table/g, "firstlight")
    .replace(/toStartOfInterval\(timestamp, INTERVAL '(\d+)' (\w+)\)/g, (_, count, unit) => {
      return `(timestamp - timestamp % ${ago(count, unit)})`;
    })
    .replace(/NOW\(\) - INTERVAL '(\d+)' (\w+)/g, (_, count, unit) => String(now / 1_000 - ago(count, unit)))
    .replace(/quantileExactWeighted\(([\d.]+)\)\((\w+), _sample_interval\)/g, (_, share, column) => {
      return `quantileWeighted(${share}, ${column}, _sample_interval)`;
    })
    .replace(/toDateTime\((\d+)\)/g, "$1");
}

/** The SQL blocks of a page, in their order. */
export function sqlOf(page: string): readonly string[] {
  return [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = ""]) => sql);
}
