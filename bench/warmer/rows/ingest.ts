import type { Contender } from "../contender.ts";
import { type IngestRun, type IngestSeries, ingestMedian, ingestRatio, ingestRounds } from "../measure/ingest.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate, times } from "./row.ts";

/** Everything except the push, on one core. The rates are per second of CPU time of that core (see README.md). */
export async function ingestRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, IngestRun> }> {
  const one = (name: string, contender: Contender | null, perDatagram = 1): IngestSeries[] =>
    contender === null ? [] : [{ name, contender, perDatagram }];
  // Programs that are compared stand next to each other.
  const series = [
    ...one("dgram8", all.dgram, 8),
    ...one("dgram", all.dgram),
    ...one("java", all.java),
    ...one("floor", all.floor),
    ...one("ffi", all.ffi),
    ...one("limit", all.limit),
    ...one("ffi8", all.ffi, 8),
    ...one("javaInline", all.javaInline),
    ...one("python", all.python),
  ];
  const { ingestRoundCount, ingestSeconds } = setting.plan;
  const runs = await ingestRounds(setting.tools, series, ingestRoundCount, ingestSeconds);
  const figures = Object.fromEntries([...runs].map(([name, list]) => [name, ingestMedian(list)]));
  for (const { name, contender, perDatagram } of series) {
    const spells = (runs.get(name) ?? []).map((run) => (run === null ? "idle" : rate(run.perCpuSecond)));
    const middle = rate(figures[name]?.perCpuSecond ?? Number.NaN);
    setting.say(`ingest, ${contender.name}, ${perDatagram} per datagram: ${middle} hints/s (${spells.join(", ")})`);
  }
  const of = (name: string): string => `${rate(figures[name]?.perCpuSecond ?? Number.NaN)}/s`;
  const row = (name: string, figure: string, base: string, target: number | null, text: string): Row => {
    const ratio = ingestRatio(runs.get(figure) ?? [], runs.get(base) ?? []);
    return {
      name,
      baseline: base === "java" && all.java !== null ? of("java") : null,
      figure: of(figure),
      ratio: times(ratio),
      target: text,
      reached: target === null ? null : judge(ratio, target, "higher"),
    };
  };
  const rows = [
    row("ingest, one hint per datagram, public API", "dgram", "java", 1.2, ">= 1.2x Java"),
    row("  a listener that only counts, public API", "floor", "java", null, "the maximum"),
    row("ingest, one hint per datagram, ffi", "ffi", "java", 5, ">= 5x Java"),
    row("  the same, compared with a C recvmmsg loop", "ffi", "limit", 0.75, `>= 0.75x C (${of("limit")})`),
    row("ingest, 8 hints per datagram, public API", "dgram8", "dgram", 3, ">= 3x one hint"),
  ];
  return { rows, figures };
}
