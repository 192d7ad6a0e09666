/** A bench of parts with a row for each figure: runs what is wanted, and prints one table. */
import { chooseParts } from "./parts.ts";
import type { BenchOptions, Row } from "./row.ts";
import { say } from "./say.ts";
import { table } from "./table.ts";

/**
 * Runs the parts that `args` choose, one after the other, prints the table, and gives the rows. `quickShare`: how much of the
 * work `--quick` does, in words. Throws Error for an unknown argument or part.
 */
export async function runParts(
  args: readonly string[],
  parts: Readonly<Record<string, (options: BenchOptions) => Promise<Row[]>>>,
  quickShare: string,
): Promise<Row[]> {
  const { quick, wanted } = chooseParts(args, Object.keys(parts));
  const rows: Row[] = [];
  for (const name of wanted) rows.push(...((await parts[name]?.({ quick, say })) ?? []));
  say("");
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (quick) console.log(`\n--quick did ${quickShare} of the work; published figures come from runs without it`);
  return rows;
}
