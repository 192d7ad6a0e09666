/**
 * `npm run bench -- weather [--json FILE] [--quick] [--only NAME,…]`
 *
 * The weather in virtual time, with the real code: how soon a slow way is routed round and taken back, whether it flaps
 * under noise, how near the readers come to somebody who knows the trouble beforehand, whether a broken isolate changes
 * anything, and what it costs. The exit code is 1 when a figure is missed. See bench/README.md.
 */
import type { BenchOptions, Row } from "../row.ts";
import { runParts } from "../runParts.ts";
import { measureCost } from "./cost.ts";
import { measureLiar } from "./liar.ts";
import { measureNoise } from "./noise.ts";
import { measureTrouble } from "./trouble.ts";

const PARTS = {
  trouble: measureTrouble,
  noise: measureNoise,
  liar: measureLiar,
  cost: measureCost,
} as const satisfies Record<string, (options: BenchOptions) => Promise<Row[]>>;

/** Runs the parts one after the other, prints the table, and gives the rows. */
export async function run(args: readonly string[]): Promise<unknown> {
  const rows = await runParts(args, PARTS, "a part");
  if (rows.some(({ reached }) => !reached)) process.exitCode = 1;
  return rows;
}
