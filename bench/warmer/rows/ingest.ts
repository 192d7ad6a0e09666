import type { Contender } from "../contender.ts";
import { type IngestRun, ingestMedian, ingestOnce } from "../measure/ingest.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate, times } from "./row.ts";

type Series = {
  readonly name: string;
  readonly contender: Contender;
  readonly perDatagram: number;
  readonly once?: boolean;
};

/** Everything but the push, on one core. The rates are per second of that core's time (see README.md). */
export async function ingestRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, IngestRun> }> {
  const series: Series[] = [
    { name: "dgram", contender: all.dgram, perDatagram: 1 },
    { name: "ffi", contender: all.ffi, perDatagram: 1 },
    { name: "dgram8", contender: all.dgram, perDatagram: 8 },
    { name: "ffi8", contender: all.ffi, perDatagram: 8, once: true },
  ];
  if (all.limit !== null) series.unshift({ name: "limit", contender: all.limit, perDatagram: 1 });
  if (all.java !== null) series.unshift({ name: "java", contender: all.java, perDatagram: 1 });
  if (all.javaInline !== null)
    series.push({ name: "javaInline", contender: all.javaInline, perDatagram: 1, once: true });
  if (all.python !== null) series.push({ name: "python", contender: all.python, perDatagram: 1, once: true });

  const runs = new Map<string, IngestRun[]>();
  for (let repetition = 0; repetition < setting.plan.repetitions; repetition++) {
    for (const { name, contender, perDatagram, once } of series) {
      if (once === true && repetition > 0) continue;
      const run = await ingestOnce(setting.tools, contender, perDatagram, setting.plan.ingestSeconds);
      setting.say(`ingest, ${contender.name}, ${perDatagram} per datagram: ${rate(run.perCpuSecond)} hints/s`);
      runs.set(name, [...(runs.get(name) ?? []), run]);
    }
  }
  const figures = Object.fromEntries([...runs].map(([name, list]) => [name, ingestMedian(list)]));
  const of = (name: string): number => figures[name]?.perCpuSecond ?? Number.NaN;
  const java = all.java === null ? null : `${rate(of("java"))}/s`;
  const row = (
    name: string,
    figure: string,
    ratio: number,
    target: number,
    text: string,
    baseline: string | null,
  ): Row => ({
    name,
    baseline,
    figure: `${rate(of(figure))}/s`,
    ratio: times(ratio),
    target: text,
    reached: judge(ratio, target, "higher"),
  });
  const rows = [
    row("ingest, one hint per datagram, public API", "dgram", of("dgram") / of("java"), 1.2, ">= 1.2x Java", java),
    row("ingest, one hint per datagram, ffi", "ffi", of("ffi") / of("java"), 5, ">= 5x Java", java),
    row(
      "  the same, of a C recvmmsg loop",
      "ffi",
      of("ffi") / of("limit"),
      0.75,
      `>= 0.75x C (${rate(of("limit"))}/s)`,
      null,
    ),
    row("ingest, 8 hints per datagram, public API", "dgram8", of("dgram8") / of("dgram"), 3, ">= 3x one hint", null),
  ];
  return { rows, figures };
}
