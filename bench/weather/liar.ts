/** One broken isolate with wild figures: the map must be the same, version by version. */
import { MAX_MS } from "../../src/weather/report.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { runTrouble, type TroubleRun, UNDONE_S } from "./runs.ts";
import type { Lie } from "./simulation.ts";

export const LIES: Readonly<Record<string, Lie>> = {
  "always 10 s": (sample) => ({ ...sample, ms: MAX_MS, hit: false }),
  "always 0 ms": (sample) => ({ ...sample, ms: 0, hit: true }),
  "its region 10 s, others 0 ms": (sample) => ({ ...sample, ms: sample.region === "weur" ? MAX_MS : 0 }),
  "no number": (sample) => ({ ...sample, ms: Number.NaN }),
};

export async function measureLiar({ quick, say }: BenchOptions): Promise<Row[]> {
  const run: TroubleRun = {
    ...{ rate: 1, isolates: 4, seed: 7, population: { enam: 4, weur: 34, apac: 4, oc: 4 }, hit: 30 },
    ...{ calm: quick ? 1_800 : 7_200, trouble: quick ? 1_800 : 7_200, after: UNDONE_S },
  };
  const mapsOf = ({ run: { switched } }: ReturnType<typeof runTrouble>) =>
    switched.map(({ colo, region }) => `${colo} ${region}`).sort();
  say("honest");
  const honest = mapsOf(runTrouble(run));
  return Object.entries(LIES).map(([name, lie]) => {
    say(`one isolate says: ${name}`);
    const lying = mapsOf(runTrouble({ ...run, lie }));
    const different = [
      ...honest.filter((one) => !lying.includes(one)),
      ...lying.filter((one) => !honest.includes(one)),
    ];
    const what = `one isolate says ${name}: changes that are not those of the honest`;
    const further = Math.abs(lying.length - honest.length);
    return judged({
      what,
      value: different.length + further,
      limit: 0,
      better: "lower",
      detail: `of ${honest.length}`,
    });
  });
}
