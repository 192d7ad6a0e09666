/** 30 % noise, with and without trouble: nobody may move to and fro. */
import { type BenchOptions, judged, type Row } from "../row.ts";
import { runNoise, runTrouble, UNDONE_S } from "./runs.ts";
import type { Noise } from "./sky.ts";

const SHARE = 0.3;
const NOISES: readonly { readonly name: string; readonly noise: Noise }[] = [
  { name: "of each read", noise: { read: SHARE, way: 0, region: 0 } },
  { name: "of each data centre's way, minute by minute", noise: { read: SHARE, way: SHARE, region: 0 } },
  { name: "of a whole region, minute by minute", noise: { read: SHARE, way: 0, region: SHARE } },
];

const TROUBLED = { enam: 4, weur: 38, apac: 4, oc: 4 };
const POPULATION = { enam: 6, weur: 20, apac: 6, oc: 4 };

export async function measureNoise({ quick, say }: BenchOptions): Promise<Row[]> {
  const hours = quick ? 6 : 24;
  return [
    ...NOISES.map(({ name, noise }, i) => {
      say(`30 % noise ${name}, ${hours} h`);
      const run = { rate: 1, isolates: 4, seed: 30 + i, population: POPULATION, seconds: hours * 3_600, noise };
      const { moves } = runNoise({ ...run, nearlyEqual: 0 });
      const what = `30 % noise ${name}: changes in ${hours} h`;
      return judged({ what, value: moves, limit: 0, better: "lower", detail: "36 data centres" });
    }),
    ...NOISES.map(({ name, noise }, i) => {
      say(`30 % noise ${name}, nearly equal stores, ${hours} h`);
      const run = { rate: 1, isolates: 4, seed: 40 + i, population: POPULATION, seconds: hours * 3_600, noise };
      const { moves, returns } = runNoise({ ...run, nearlyEqual: 4 });
      const what = `the same, 16 of them with two stores at 90 to 110 %: returns in ${hours} h`;
      return judged({ what, value: returns, limit: 0, better: "lower", detail: `${name}; ${moves} changes` });
    }),
    ...NOISES.map(({ name, noise }, i) => {
      say(`+150 ms and 30 % noise ${name}`);
      const times = { calm: 3_600, trouble: 3_600, after: UNDONE_S };
      const runs = Array.from({ length: quick ? 1 : 4 }, (_, seed) =>
        runTrouble({ rate: 1, isolates: 4, seed: 10 * i + seed, population: TROUBLED, hit: 30, ...times, noise }),
      );
      // Who is never routed round, or never back, is not just quiet.
      const further = runs.reduce((sum, { further: more, roundS, undoneS }) => sum + more + 0 * (roundS + undoneS), 0);
      const what = "+150 ms under this noise: changes beyond one away and one back";
      const slowest = Math.max(...runs.map(({ roundS }) => roundS)).toFixed(0);
      return judged({ what, value: further, limit: 0, better: "lower", detail: `${name}; round in ${slowest} s` });
    }),
  ];
}
