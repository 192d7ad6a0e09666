/**
 * `npm run bench -- polite [--json FILE] [--quick] [--only NAME,…]`
 *
 * Limits of sources, what a rule costs a reader, the providers' own sizes. See bench/README.md.
 */
import { parseArgs } from "node:util";
import { table } from "../table.ts";
import { measureLatency } from "./latency.ts";
import { measureLimits } from "./limits.ts";
import type { BenchOptions, Row } from "./row.ts";
import { measureSizes } from "./sizes.ts";

const PARTS = {
  limits: measureLimits,
  latency: measureLatency,
  sizes: measureSizes,
} as const satisfies Record<string, (options: BenchOptions) => Promise<Row[]>>;

/** Runs the parts one after the other, prints the table, and gives the rows. */
export async function run(args: readonly string[]): Promise<unknown> {
  const options = { quick: { type: "boolean" }, only: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const only = values.only?.split(",");
  const unknown = only?.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) throw new Error(`no part ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);
  const quick = values.quick === true;
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (only === undefined || only.includes(name)) rows.push(...(await measure({ quick, say })));
  }
  say("");
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (quick) console.log("\n--quick did a quarter of the work; published figures come from runs without it");
  return rows;
}

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}
