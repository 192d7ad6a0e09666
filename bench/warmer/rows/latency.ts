import type { Contender } from "../contender.ts";
import { LATENCY_RATE, type Latency, latencyMedian, latencyRatio, latencyRounds } from "../measure/latency.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, times } from "./row.ts";

/** From datagram to request at a low rate, without batching. */
export async function latencyRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, Latency> }> {
  const series = new Map<string, Contender>();
  for (const [name, contender] of [
    ["java", all.java],
    ["dgram", all.dgramSingly],
    ["dgramH2", all.dgramSinglyH2],
    ["ffi", all.ffiSingly],
  ] as const) {
    if (contender !== null) series.set(name, contender);
  }
  const { latencyRoundCount, latencySeconds } = setting.plan;
  const runs = await latencyRounds(setting.tools, series, latencyRoundCount, latencySeconds);
  const figures = Object.fromEntries([...runs].map(([name, list]) => [name, latencyMedian(list)]));
  for (const [name, list] of runs) {
    const spells = (of: "p50" | "p99") => list.map((run) => run[of]).join(", ");
    setting.say(`latency, ${series.get(name)?.name}: p50 ${spells("p50")} us; p99 ${spells("p99")} us`);
  }
  const row = (name: string, figure: string, of: "p50" | "p99", target: number | null): Row => {
    const [ours, java] = [figures[figure]?.[of] ?? Number.NaN, figures.java?.[of] ?? Number.NaN];
    const ratio = latencyRatio(runs.get(figure) ?? [], runs.get("java") ?? [], of);
    return {
      name,
      baseline: figures.java === undefined ? null : `${java} us`,
      figure: `${ours} us`,
      ratio: times(ratio),
      target: target === null ? "" : `<= ${target}x`,
      reached: target === null ? null : judge(ratio, target, "lower"),
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
