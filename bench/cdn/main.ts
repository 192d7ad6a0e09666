/**
 * `npm run bench -- cdn [--json FILE] [--quick] [--only NAME,…]`
 *
 * Request coalescing, derived sizes, pictures that outlive their source, the cost of a hit, purges. See bench/README.md.
 */
import { parseArgs } from "node:util";
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
  const options = { quick: { type: "boolean" }, only: { type: "string" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const only = values.only?.split(",");
  const unknown = only?.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined) throw new Error(`no part ${unknown}; there are ${Object.keys(PARTS).join(", ")}`);
  const quick = values.quick === true;
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(PARTS)) {
    if (only !== undefined && !only.includes(name)) continue;
    rows.push(...[await measure({ quick, say })].flat());
  }
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

function say(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "") process.stderr.write(`${text}\n`);
}
