/** Inserts as many keys as the first argument says into the dedup table, and prints what they take. */

import { HintScanner } from "../../warmer/hint/hintScanner.ts";
import { PlaceTable } from "../../warmer/hint/placeTable.ts";
import { DedupTable } from "../../warmer/queue/dedupTable.ts";

const keys = Number(process.argv[2]);
const WINDOW_MS = 600_000;

const scanner = new HintScanner(new PlaceTable(["weur"], {}, new Map()), [1n, 2n], "webp");

/** The two halves of the key of the path with this number. */
function keyHalves(id: number): readonly [number, number] {
  scanner.load([`/${id}`], undefined);
  return [scanner.hint.keyLow[0] as number, scanner.hint.keyHigh[0] as number];
}

function used(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const before = used();
const table = new DedupTable(keys, WINDOW_MS, 0);
for (let id = 0; id < keys; id++) {
  const [keyLow, keyHigh] = keyHalves(id);
  table.insert(keyLow, keyHigh, 1);
}
const grown = used() - before;
let remembered = 0;
for (let id = 0; id < keys; id++) {
  const [keyLow, keyHigh] = keyHalves(id);
  if (table.has(keyLow, keyHigh, 2)) remembered++;
}
console.log(JSON.stringify({ keys, megabytes: table.byteLength / 1e6, grownMegabytes: grown / 1e6, remembered }));
