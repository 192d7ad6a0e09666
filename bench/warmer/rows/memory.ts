import { type TableMemory, tableMemory } from "../measure/memory.ts";
import type { Row } from "./row.ts";

const LIMIT_MEGABYTES = 32;
/** At least this share of the keys must be present, else it is not a table of a million keys. */
const REMEMBERED = 0.999;

/** The memory of a million keys. */
export function memoryRows(): { rows: Row[]; figures: TableMemory } {
  const figures = tableMemory();
  const megabytes = Math.max(figures.megabytes, figures.grownMegabytes);
  const row: Row = {
    name: `the dedup table with 1 M keys (${figures.remembered} of them present)`,
    baseline: null,
    figure: `${megabytes.toFixed(1)} MB`,
    ratio: null,
    target: `<= ${LIMIT_MEGABYTES} MB`,
    reached: megabytes <= LIMIT_MEGABYTES && figures.remembered >= figures.keys * REMEMBERED,
  };
  return { rows: [row], figures };
}
