import { type TableMemory, tableMemory } from "../measure/memory.ts";
import type { Row } from "./row.ts";

const LIMIT_MEGABYTES = 32;
/** So many of the keys must still be there, or it is not a table of a million keys. */
const REMEMBERED = 0.999;

/** What a million remembered keys take. */
export function memoryRows(): { rows: Row[]; figures: TableMemory } {
  const figures = tableMemory();
  const megabytes = Math.max(figures.megabytes, figures.grownMegabytes);
  const row: Row = {
    name: `the table with 1 M remembered keys (${figures.remembered} of them still known)`,
    baseline: null,
    figure: `${megabytes.toFixed(1)} MB`,
    ratio: null,
    target: `<= ${LIMIT_MEGABYTES} MB`,
    reached: megabytes <= LIMIT_MEGABYTES && figures.remembered >= figures.keys * REMEMBERED,
  };
  return { rows: [row], figures };
}
