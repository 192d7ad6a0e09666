/**
 * `npm run bench -- catalogue [--json FILE] [--quick] [--only NAME,…]`
 *
 * Whether a run loses anything when it is killed, what a picture costs, how long 325 million take, and how plan and import
 * read a manifest. See bench/README.md.
 */
import { chooseParts } from "../parts.ts";
import type { BenchOptions, Row } from "../polite/row.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { measureKilling } from "./killing.ts";
import { measureManifest } from "./manifest.ts";
import { measurePictures } from "./pictures.ts";
import { measureScheduling } from "./scheduling.ts";

const PARTS = {
  pictures: measurePictures,
  killing: measureKilling,
  scheduling: measureScheduling,
  manifest: measureManifest,
} as const satisfies Record<string, (options: BenchOptions) => Promise<Row[]>>;

/** Runs the parts one after the other, prints the table, and gives the rows. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { quick, wanted } = chooseParts(args, Object.keys(PARTS) as (keyof typeof PARTS)[]);
  const rows: Row[] = [];
  for (const name of wanted) rows.push(...(await PARTS[name]({ quick, say })));
  say("");
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (quick) console.log("\n--quick did less of the work; published figures come from runs without it");
  return rows;
}
