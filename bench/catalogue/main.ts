/**
 * `npm run bench -- catalogue [--json FILE] [--quick] [--only NAME,…]`
 *
 * Whether a run loses anything when it is killed, what a picture costs, how long 325 million take, and how plan and import
 * read a manifest. See bench/README.md.
 */
import type { BenchOptions, Row } from "../row.ts";
import { runParts } from "../runParts.ts";
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
export function run(args: readonly string[]): Promise<unknown> {
  return runParts(args, PARTS, "less");
}
