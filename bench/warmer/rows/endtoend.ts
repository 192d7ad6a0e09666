import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { type Capacity, highestRate } from "../measure/endtoend.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate, times } from "./row.ts";

/** One program with one sink. `from` is a rate that it certainly takes. */
type Series = {
  readonly name: string;
  readonly contender: Contender | null;
  readonly delayMs: number;
  readonly from: number;
};

/** Delay of the slow sink: a data centre on the other side of an ocean. */
const SLOW_MS = 50;

/** A row that stands beside the judged one. */
const WITHOUT_TARGET = { target: "", reached: null } as const satisfies Partial<Row>;

/** The highest rates without loss, from datagram to request. */
export async function endToEndRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, readonly Capacity[]> }> {
  const series: Series[] = [
    { name: "java", contender: all.java, delayMs: 0, from: 8_000 },
    { name: "singly", contender: all.ffiSingly, delayMs: 0, from: 20_000 },
    { name: "singlyBefore", contender: all.before?.ffiSingly ?? null, delayMs: 0, from: 20_000 },
    { name: "singlyH2", contender: all.ffiSinglyH2, delayMs: 0, from: 20_000 },
    { name: "batched", contender: all.ffi, delayMs: 0, from: 40_000 },
    { name: "batchedBefore", contender: all.before?.ffi ?? null, delayMs: 0, from: 40_000 },
    { name: "batchedH2", contender: all.ffiH2, delayMs: 0, from: 40_000 },
    { name: "javaSlow", contender: all.java, delayMs: SLOW_MS, from: 2_500 },
    { name: "batchedSlow", contender: all.ffi, delayMs: SLOW_MS, from: 30_000 },
  ];
  const { repetitions, probeSeconds: seconds, confirmSeconds } = setting.plan;
  const figures: Record<string, Capacity[]> = {};
  for (let repetition = 0; repetition < repetitions; repetition++) {
    for (const { name, contender, delayMs, from } of series) {
      if (contender === null) continue;
      const before = figures[name]?.at(-1)?.rate ?? 0;
      const options = { from: Math.max(from, before * 0.8), delayMs, seconds, confirmSeconds };
      const found = await highestRate(setting.tools, contender, options);
      setting.say(
        `end to end, ${contender.name}, sink after ${delayMs} ms: ${rate(found.rate)} hints/s, ` +
          `${rate(found.pushesPerSecond)} pictures/s, age p50 ${found.p50} us, p99 ${found.p99} us (${found.probes} probes)`,
      );
      (figures[name] ??= []).push(found);
    }
  }
  const of = (name: string): number => median((figures[name] ?? []).map((found) => found.rate));
  const row = (name: string, figure: string, java: string, target: number): Row => ({
    name,
    baseline: all.java === null ? null : `${rate(of(java))}/s`,
    figure: `${rate(of(figure))}/s`,
    ratio: times(of(figure) / of(java)),
    target: `>= ${target}x`,
    reached: judge(of(figure) / of(java), target, "higher"),
  });
  // An operator can choose the version with WARM_HTTP, so the better one is judged. The other stands beside it.
  const better = of("singlyH2") > of("singly") ? "singlyH2" : "singly";
  const version = (name: string, figure: string): Row => ({
    ...row(`${name}${figure === better ? " (the better one, judged)" : ""}`, figure, "java", 2.5),
    ...(figure === better ? {} : WITHOUT_TARGET),
  });
  const rows = [
    version("end to end without loss, 60 % repeats, sink at once, batching off, HTTP/1.1", "singly"),
    version("  the same, HTTP/2 streams", "singlyH2"),
    row("  the same, batched, HTTP/1.1", "batched", "java", 4),
    { ...row("  the same, batched, HTTP/2 streams", "batchedH2", "java", 4), ...WITHOUT_TARGET },
    row(`  the same, batched, HTTP/1.1, sink after ${SLOW_MS} ms`, "batchedSlow", "javaSlow", 15),
  ];
  if (all.before !== null) {
    for (const [name, figure] of [
      ["batching off", "singly"],
      ["batched", "batched"],
    ] as const) {
      const before = of(`${figure}Before`);
      rows.push({
        name: `  ${name}, HTTP/1.1, against before (${rate(before)}/s)`,
        baseline: null,
        figure: `${rate(of(figure))}/s`,
        ratio: times(of(figure) / before),
        ...WITHOUT_TARGET,
      });
    }
  }
  return { rows, figures };
}
