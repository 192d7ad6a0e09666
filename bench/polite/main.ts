/**
 * `npm run bench -- polite [--json FILE] [--quick] [--only NAME,…]`
 *
 * Limits of sources (`limits`, and `bytes` with other sizes of pictures), what a rule costs a reader, the providers' own
 * sizes. See bench/README.md.
 */
import type { BenchOptions, Row } from "../row.ts";
import { runParts } from "../runParts.ts";
import { measureLatency } from "./latency.ts";
import { measureLimits, measureOtherSizes } from "./limits.ts";
import { measureSizes } from "./sizes.ts";

const PARTS = {
  limits: measureLimits,
  bytes: measureOtherSizes,
  latency: measureLatency,
  sizes: measureSizes,
} as const satisfies Record<string, (options: BenchOptions) => Promise<Row[]>>;

/** Runs the parts one after the other, prints the table, and gives the rows. */
export function run(args: readonly string[]): Promise<unknown> {
  return runParts(args, PARTS, "a quarter");
}
