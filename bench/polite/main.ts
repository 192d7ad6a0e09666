/**
 * `npm run bench -- polite [--json FILE] [--quick] [--only NAME,…]`
 *
 * Limits of sources (`limits`, and `bytes` with other sizes of pictures), what a rule costs a reader, the providers' own
 * sizes. See bench/README.md.
 */
import { chooseParts } from "../parts.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { measureLatency } from "./latency.ts";
import { measureLimits, measureOtherSizes } from "./limits.ts";
import type { BenchOptions, Row } from "./row.ts";
import { measureSizes } from "./sizes.ts";

const PARTS = {
  limits: measureLimits,
  bytes: measureOtherSizes,
  latency: measureLatency,
  sizes: measureSizes,
} as const satisfies Record<string, (options: BenchOptions) => Promise<Row[]>>;

/** Runs the parts one after the other, prints the table, and gives the rows. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { quick, wanted } = chooseParts(args, Object.keys(PARTS) as (keyof typeof PARTS)[]);
  const rows: Row[] = [];
  for (const name of wanted) rows.push(...(await PARTS[name]({ quick, say })));
  say("");
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (quick) console.log("\n--quick did a quarter of the work; published figures come from runs without it");
  return rows;
}
