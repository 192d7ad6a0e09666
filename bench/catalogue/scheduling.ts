/** 325 million pictures in virtual time, by the feeds' own scheduling. */
import { seeded } from "../../test/support/seeded.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { catalogueMix } from "./mix.ts";
import { simulate } from "./simulation.ts";

/** The run may last so much longer than its slowest host must. */
const LIMIT = 1.02;

export async function measureScheduling({ quick, say }: BenchOptions): Promise<Row[]> {
  const scale = quick ? 0.1 : 1;
  say(`${325 * scale} M pictures in virtual time`);
  const started = performance.now();
  const { seconds, boundSeconds, pictures, chunks, mostBusy, done } = simulate({
    ...{ hosts: catalogueMix(scale), feeds: 16, random: seeded(325), lost: 0.0001, repeated: 0.001 },
  });
  const days = (s: number) => (s / 86_400).toFixed(2);
  return [
    judged({
      what: "simulated catalogue, against its slowest host",
      ...{ value: done ? seconds / boundSeconds : Number.NaN, limit: LIMIT, better: "lower", digits: 4 },
      detail: `${(pictures / 1e6).toFixed(1)} M pictures in ${days(seconds)} days, bound ${days(boundSeconds)}; ${chunks} chunks, ${mostBusy} at a time at most, simulated in ${((performance.now() - started) / 1000).toFixed(0)} s`,
      values: { seconds, boundSeconds, pictures, chunks, mostBusy },
    }),
  ];
}
