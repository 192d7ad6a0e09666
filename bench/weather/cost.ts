/** What the weather costs: the operations that the simulation counts and those of the objects, at list prices. */
import { dollarsOf, type Operations } from "../../src/catalogue/prices.ts";
import { PROBE_SHARE } from "../../src/weather/report.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { type Rate, runTrouble, UNDONE_S } from "./runs.ts";

const RATES: readonly Rate[] = [
  { rate: 1, isolates: 4 },
  { rate: 10, isolates: 8 },
];
const POPULATION = { enam: 6, weur: 32, apac: 6, oc: 4 };
/** Of the readers' requests, those that the data centre's cache cannot answer. */
const MISS_SHARE = 0.05;
const DAY_S = 86_400;
const LIMIT = 0.05;

export async function measureCost({ say }: BenchOptions): Promise<Row[]> {
  const objects = Object.keys(POPULATION).length;
  return RATES.map((rate) => {
    say(`cost, ${rate.rate} misses/s a data centre`);
    const times = { calm: 900, trouble: 900, after: UNDONE_S };
    const { run } = runTrouble({ ...rate, ...times, seed: 3, population: POPULATION, hit: 30 });
    const days = (times.calm + times.trouble + times.after) / DAY_S;
    const operations: Operations = {
      ...perDay(run.reports / days, objects),
      // A trouble a day.
      ...{ r2Write: run.published.length, kvWrite: run.published.length },
      r2Read: MINUTES * objects + (run.misses / days) * PROBE_SHARE,
    };
    const dollars = dollarsOf(operations);
    const millions = run.misses / days / MISS_SHARE / 1e6;
    const reports = ((run.reports / run.misses) * 1e6 * MISS_SHARE).toFixed(0);
    return judged({
      what: `${rate.rate} misses/s a data centre: dollars per million views`,
      ...{ value: dollars / millions, limit: LIMIT, better: "lower", digits: 4 },
      detail: `${reports} reports per million views; ${dollars.toFixed(2)} dollars a day for ${millions.toFixed(0)} million views`,
      values: { misses: run.misses, reports: run.reports, dollarsPerDay: dollars },
    });
  });
}

const MINUTES = 1_440;

/** What the objects do in a day, at most: each is awake all the time, and saves reports every two seconds. */
function perDay(reports: number, objects: number): Operations {
  const saved = Math.min(reports, MINUTES * 30 * objects);
  return {
    objectRequest: reports + MINUTES * objects,
    // The state and the alarm each minute; a row of reports is written and deleted.
    objectRowWritten: 2 * MINUTES * objects + 2 * saved,
    objectMegabyteSeconds: 128 * DAY_S * objects,
    kvRead: MINUTES * objects,
  };
}
