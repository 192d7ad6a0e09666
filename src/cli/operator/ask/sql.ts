/**
 * A question in the SQL of Analytics Engine. Pure.
 * https://developers.cloudflare.com/analytics/analytics-engine/sql-reference/
 */
import { type Condition, columnOf, type Measure, type Question, type Window } from "./question.ts";

/** `dataset`: a name of letters, digits and underscores, as Analytics Engine has them. */
export function sqlOf({ where, by, measures, most }: Question, dataset: string, window: Window): string {
  const keys = by.map((name) => `${keyOf(name, window)} AS ${name}`);
  const values = Object.entries(measures).map(([name, measure]) => `${measureOf(measure)} AS ${name}`);
  const [first = ""] = Object.keys(measures);
  const times = [`timestamp >= toDateTime(${window.from})`, `timestamp < toDateTime(${window.to})`];
  return [
    `SELECT ${[...keys, ...values].join(", ")}`,
    `FROM ${dataset}`,
    `WHERE ${[...times, ...where.map(conditionOf)].join(" AND ")}`,
    ...(by.length === 0 ? [] : [`GROUP BY ${by.join(", ")}`, `ORDER BY ${first} DESC`, `LIMIT ${most}`]),
  ].join(" ");
}

function keyOf(name: Question["by"][number], { slotMinutes }: Window): string {
  if (name === "second") return "toUnixTimestamp(timestamp)";
  if (name !== "slot") return columnOf(name);
  return `toUnixTimestamp(toStartOfInterval(timestamp, INTERVAL '${slotMinutes}' MINUTE))`;
}

function measureOf(measure: Measure): string {
  if (measure.kind === "interval") return "MAX(_sample_interval)";
  if (measure.kind === "quantile") {
    return `quantileExactWeighted(${measure.share})(${columnOf(measure.column)}, _sample_interval)`;
  }
  const weighed = measure.kind === "count" ? "_sample_interval" : `_sample_interval * ${columnOf(measure.column)}`;
  const { where = [] } = measure;
  return where.length === 0 ? `SUM(${weighed})` : `SUM(IF(${where.map(conditionOf).join(" AND ")}, ${weighed}, 0))`;
}

function conditionOf(condition: Condition): string {
  const column = columnOf(condition.column);
  if ("above" in condition) return `${column} > ${condition.above}`;
  const [word, values] = "is" in condition ? ["IN", condition.is] : ["NOT IN", condition.isNot];
  return `${column} ${word} (${values.map(text).join(", ")})`;
}

/** The values are words of our own tables. A quote in one would be a fault of the program. */
function text(value: string): string {
  if (!/^[\w-]*$/.test(value)) throw new Error(`"${value}" cannot stand in a question`);
  return `'${value}'`;
}
