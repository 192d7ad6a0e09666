/**
 * `npm run bench -- formats [--json FILE] [--corpus DIR] [--rounds N] [--only TEXT]`
 *
 * The formats beside JPEG, PNG and WebP: time against native sharp, memory, the size of the modules and of the bundle,
 * and the start of the Worker. See bench/README.md.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { collectSamples } from "../engine/samples.ts";
import { withSession } from "../engine/session.ts";
import { table } from "../table.ts";
import type { Line, Row } from "./row.ts";

const ROWS = join(import.meta.dirname, "rows");

/** Runs every row, prints the table, and gives the lines. */
export async function run(args: readonly string[]): Promise<unknown> {
  const { values } = parseArgs({
    args: [...args],
    options: { corpus: { type: "string" }, rounds: { type: "string" }, only: { type: "string" } },
  });
  return withSession(values.corpus, async ({ corpus, photos, scratch, processes }) => {
    const samples = await collectSamples(photos, scratch);
    const photo = samples.reduce((a, b) => (b.megapixels > a.megapixels ? b : a)).file;
    const context = { processes, scratch, corpus, photo, rounds: Number(values.rounds ?? 3) };
    const lines: Line[] = [];
    for (const name of readdirSync(ROWS).sort()) {
      if (!name.includes(values.only ?? "")) continue;
      const { default: row } = (await import(pathToFileURL(join(ROWS, name)).href)) as { default: Row };
      lines.push(...(await row(context)));
    }
    console.log(table(["what", "figure", "at most", "", ""], lines.map(cells)));
    return { lines };
  });
}

function cells({ label, value, unit, most, note }: Line): string[] {
  const text = (figure: number) => `${figure.toFixed(unit === "" ? 2 : 1)}${unit}`;
  const verdict = most === null ? "" : value <= most ? "pass" : "MISS";
  return [label, Number.isNaN(value) ? "-" : text(value), most === null ? "" : text(most), verdict, note];
}
