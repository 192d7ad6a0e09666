/** Puts as many keys as the first argument says into the warmer's table of pushed keys; prints what that takes. */
import { RecentKeys } from "../../warmer/dedup.ts";
import { finish1, finish2, step1, step2 } from "../../warmer/hash.ts";

const keys = Number(process.argv[2]);
const WINDOW_MS = 600_000;

/** Lanes of the path that has this number. */
function lanes(id: number): readonly [number, number] {
  let [h1, h2] = [0x1234567, 0x89abcde];
  for (let rest = id, i = 0; i < 8; i++, rest = Math.floor(rest / 10)) {
    h1 = step1(h1, 48 + (rest % 10));
    h2 = step2(h2, 48 + (rest % 10));
  }
  const lane1 = finish1(h1, 0);
  return [lane1, finish2(h2, lane1)];
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
