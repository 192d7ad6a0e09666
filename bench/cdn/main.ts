/**
 * `npm run bench -- cdn [--json FILE] [--quick] [--only NAME,…]`
 *
 * Request coalescing, derived sizes, pictures that outlive their source, the cost of a hit, purges. See bench/README.md.
 */
import { chooseParts } from "../parts.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { measureDerive } from "./derive.ts";
import { measureFlight } from "./flight.ts";
import { measureHit } from "./hit.ts";
import { measureOutage } from "./outage.ts";
import { measurePurge } from "./purge.ts";
import type { BenchOptions, Row } from "./row.ts";

const PARTS = {
  flight: measureFlight,
  derive: measureDerive,
  outage: measureOutage,
  hit: measureHit,
  purge: measurePurge,
} as const satisfies Record<string, (options: BenchOptions) => Promise<Row | readonly Row[]>>;

/** Runs the parts one after the other, prints the tables, and gives the rows. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { quick, wanted } = chooseParts(args, Object.keys(PARTS) as (keyof typeof PARTS)[]);
  const rows: Row[] = [];
  for (const name of wanted) rows.push(...[await PARTS[name]({ quick, say })].flat());
  say("");
  const lines = rows.map(({ what, ours, target, pass }) => [what, ours, target, pass ? "pass" : "MISS"]);
  console.log(table(["what", "ours, measured now", "to reach", ""], lines));
  console.log("\nPeers, from their documents (none was run here)\n");
  console.log(
    table(
      ["what", "peers"],
      rows.map(({ what, peers }) => [what, peers]),
    ),
  );
  if (quick) console.log("\n--quick did a tenth of the work; published figures come from runs without it");
  return rows;
}
