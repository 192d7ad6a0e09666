import type { Contender } from "../contender.ts";
import { LATENCY_RATE, type Latency, latencyMedian, latencyOnce } from "../measure/latency.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, times } from "./row.ts";

/** From datagram to request at a low rate, batching off. */
export async function latencyRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, Latency> }> {
  const series: [string, Contender | null][] = [
    ["java", all.java],
    ["dgram", all.dgramSingly],
    ["dgramH2", all.dgramSinglyH2],
    ["ffi", all.ffiSingly],
  ];
  const runs = new Map<string, Latency[]>();
  for (let repetition = 0; repetition < setting.plan.repetitions; repetition++) {
    for (const [name, contender] of series) {
      if (contender === null) continue;
      const run = await latencyOnce(setting.tools, contender, setting.plan.latencySeconds);
      setting.say(`latency, ${contender.name}: p50 ${run.p50} us, p99 ${run.p99} us`);
      runs.set(name, [...(runs.get(name) ?? []), run]);
    }
  }
  const figures = Object.fromEntries([...runs].map(([name, list]) => [name, latencyMedian(list)]));
  const row = (name: string, figure: string, of: "p50" | "p99", target: number | null): Row => {
    const [ours, java] = [figures[figure]?.[of] ?? Number.NaN, figures.java?.[of] ?? Number.NaN];
    return {
      name,
      baseline: figures.java === undefined ? null : `${java} us`,
      figure: `${ours} us`,
      ratio: times(ours / java),
      target: target === null ? "" : `<= ${target}x`,
      reached: target === null ? null : judge(ours / java, target, "lower"),
    };
  };
  return {
    rows: [
      row(`p50 from datagram to request at ${LATENCY_RATE}/s, batching off, public API`, "dgram", "p50", 0.85),
      row("  p99", "dgram", "p99", 1),
      row("  p50, HTTP/2 streams", "dgramH2", "p50", null),
      row("  p99, HTTP/2 streams", "dgramH2", "p99", null),
    ],
    figures,
  };
}
