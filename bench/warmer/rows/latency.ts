import type { Contender } from "../contender.ts";
import {
  LATENCY_RATE,
  type Latency,
  latencyMedian,
  latencyRatio,
  latencyRounds,
  QUANTILES,
  type Quantile,
} from "../measure/latency.ts";
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
    ["dgramBefore", all.before?.dgramSingly ?? null],
    ["dgramH2", all.dgramSinglyH2],
    ["dgramH2Before", all.before?.dgramSinglyH2 ?? null],
    ["ffi", all.ffiSingly],
    ["ffiBefore", all.before?.ffiSingly ?? null],
  ] as const) {
    if (contender !== null) series.set(name, contender);
  }
  const { latencyRoundCount, latencySeconds } = setting.plan;
  const runs = await latencyRounds(setting.tools, series, latencyRoundCount, latencySeconds);
  const figures = Object.fromEntries([...runs].map(([name, list]) => [name, latencyMedian(list)]));
  for (const [name, list] of runs) {
    const spread = QUANTILES.map((of) => `${of} ${list.map((run) => run[of]).join(", ")} us`);
    setting.say(`latency, ${series.get(name)?.name}: ${spread.join("; ")}`);
  }
  const row = (name: string, figure: string, base: string, of: Quantile, target: number | null): Row => {
    const [ours, theirs] = [figures[figure]?.[of] ?? Number.NaN, figures[base]?.[of] ?? Number.NaN];
    const ratio = latencyRatio(runs.get(figure) ?? [], runs.get(base) ?? [], of);
    return {
      name: base === "java" ? name : `${name} (${theirs} us)`,
      baseline: base === "java" && figures.java !== undefined ? `${theirs} us` : null,
      figure: `${ours} us`,
      ratio: times(ratio),
      target: target === null ? "" : `<= ${target}x`,
      reached: target === null ? null : judge(ratio, target, "lower"),
    };
  };
  const rows = [
    row(`p50 from datagram to request at ${LATENCY_RATE}/s, batching off, public API`, "dgram", "java", "p50", 0.85),
    row("  p95", "dgram", "java", "p95", null),
    row("  p99", "dgram", "java", "p99", 1),
    row("  p50, HTTP/2 streams", "dgramH2", "java", "p50", null),
    row("  p95, HTTP/2 streams", "dgramH2", "java", "p95", null),
    row("  p99, HTTP/2 streams", "dgramH2", "java", "p99", null),
  ];
  if (all.before !== null) {
    for (const [name, figure] of [
      ["public API", "dgram"],
      ["public API, HTTP/2 streams", "dgramH2"],
      ["ffi", "ffi"],
    ] as const) {
      for (const of of QUANTILES) {
        rows.push(row(`  ${of}, ${name}, against before`, figure, `${figure}Before`, of, of === "p95" ? 1 : null));
      }
    }
  }
  return { rows, figures };
}
