/** Puts as many keys as the first argument says into the warmer's table of pushed keys; prints what that takes. */

import { HintScanner } from "../../warmer/hint/hintScanner.ts";
import { PlaceTable } from "../../warmer/hint/placeTable.ts";
import { RecentKeys } from "../../warmer/queue/dedupTable.ts";

const keys = Number(process.argv[2]);
const WINDOW_MS = 600_000;

const scanner = new HintScanner(new PlaceTable(["weur"], {}, new Map()), [1n, 2n], "webp");

/** Lanes of the path that has this number. */
function lanes(id: number): readonly [number, number] {
  scanner.load([`/${id}`], undefined);
  return [scanner.registers.lane1[0] as number, scanner.registers.lane2[0] as number];
}

function used(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const before = used();
const table = new RecentKeys(keys, WINDOW_MS, 0);
for (let id = 0; id < keys; id++) {
  const [lane1, lane2] = lanes(id);
  table.insert(lane1, lane2, 1);
}
const grown = used() - before;
let remembered = 0;
for (let id = 0; id < keys; id++) {
  const [lane1, lane2] = lanes(id);
  if (table.has(lane1, lane2, 2)) remembered++;
}
console.log(JSON.stringify({ keys, megabytes: table.byteLength / 1e6, grownMegabytes: grown / 1e6, remembered }));
