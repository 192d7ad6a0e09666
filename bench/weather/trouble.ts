/** +150 ms from 30 data centres to one region: routed round, undone, and the readers against an oracle. */
import { type BenchOptions, judged, type Row } from "../row.ts";
import { type Rate, ROUND_S, runOracle, runTrouble, type TroubleRun, UNDONE_S } from "./runs.ts";

type Size = Rate & Pick<TroubleRun, "calm" | "trouble"> & { readonly seeds: number };

/** The trouble lasts an hour. */
const SIZES: readonly Size[] = [
  { rate: 1, isolates: 4, calm: 3_600, trouble: 3_600, seeds: 8 },
  { rate: 10, isolates: 8, calm: 1_800, trouble: 3_600, seeds: 3 },
  { rate: 100, isolates: 20, calm: 900, trouble: 3_600, seeds: 1 },
];
const QUICK: readonly Size[] = [
  { rate: 1, isolates: 4, calm: 1_800, trouble: 3_600, seeds: 4 },
  { rate: 10, isolates: 8, calm: 900, trouble: 3_600, seeds: 1 },
  { rate: 100, isolates: 20, calm: 420, trouble: 3_600, seeds: 1 },
];

/** Not all data centres of the region are hit, and other regions have their own. */
const POPULATION = { enam: 6, weur: 38, apac: 6, oc: 4 };
/** With 100 misses a second only those that are hit and two others: these are 17 million look-ups. */
const QUICK_POPULATION = { enam: 2, weur: 32, apac: 0, oc: 0 };

export async function measureTrouble({ quick, say }: BenchOptions): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { seeds, ...size } of quick ? QUICK : SIZES) {
    const population = quick && size.rate === 100 ? QUICK_POPULATION : POPULATION;
    const runs = Array.from({ length: seeds }, (_, i) => {
      say(`+150 ms, ${size.rate} misses/s a data centre, run ${i + 1} of ${seeds}`);
      const run: TroubleRun = { ...size, seed: 100 * size.rate + i, population, hit: 30, after: UNDONE_S };
      const { run: simulated, ...figures } = runTrouble(run);
      return { ...figures, oracle: runOracle(run), versions: simulated.published.length };
    });
    const worst = (of: (one: (typeof runs)[number]) => number) =>
      runs.map(of).reduce((a, b) => (a >= b ? a : Number.isNaN(a) ? a : b));
    const name = `${size.rate} misses/s`;
    const ratio = worst((one) => one.medianMs / one.oracle.medianMs);
    const means = runs.map((one) => `${one.meanMs.toFixed(0)}/${one.oracle.meanMs.toFixed(0)}`).join(", ");
    rows.push(
      judged({
        ...{ what: `${name}: routed round, the slowest data centre`, unit: "s", better: "lower", limit: ROUND_S },
        ...{
          value: worst((one) => one.roundS),
          detail: `${seeds} runs`,
          values: { all: runs.map((one) => one.roundS) },
        },
      }),
      judged({
        ...{ what: `${name}: undone, the slowest data centre`, unit: "s", better: "lower", limit: UNDONE_S },
        ...{ value: worst((one) => one.undoneS), values: { all: runs.map((one) => one.undoneS) } },
      }),
      judged({
        ...{ what: `${name}: changes beyond one away and one back`, better: "lower", limit: 0 },
        value: runs.reduce((sum, one) => sum + one.further, 0),
        detail: `${worst((one) => one.versions)} versions of the map at most`,
      }),
      judged({
        ...{
          what: `${name}: readers' median, against the oracle's`,
          better: "lower",
          limit: 1.1,
          digits: 3,
          value: ratio,
        },
        detail: `means ${means} ms`,
        values: { medians: runs.map((one) => one.medianMs), oracle: runs.map((one) => one.oracle.medianMs) },
      }),
    );
  }
  return rows;
}
