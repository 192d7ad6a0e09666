import { median } from "../../table.ts";
import type { Contender, Running } from "../contender.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { drain, probe } from "./probe.ts";

/** Ages at the sink at a low rate, microseconds. */
export type Latency = Readonly<Record<Quantile, number>>;
export const QUANTILES = ["p50", "p95", "p99"] as const;
export type Quantile = (typeof QUANTILES)[number];

/** Hints per second, one at a time, with exponential gaps. */
export const LATENCY_RATE = 5_000;
const WARM_UP_SECONDS = 2.5;

const LOAD = { rate: LATENCY_RATE, poisson: true } as const;

/** A program, its sink and its measurements. */
type Trial = { readonly name: string; readonly sink: Sink; readonly running: Running; readonly runs: Latency[] };

/**
 * Measures the time from datagram to request at a rate that leaves every program idle most of the time. All programs
 * run at the same time and are measured in turn for a short time each. The speed of the machine, and how often it takes
 * a core away, change within seconds, so only runs next to each other can be compared.
 * @returns the runs of each program, in the order of the rounds
 */
export async function latencyRounds(
  tools: Tools,
  contenders: ReadonlyMap<string, Contender>,
  rounds: number,
  seconds: number,
): Promise<Map<string, readonly Latency[]>> {
  const trials: Trial[] = [];
  try {
    for (const [name, contender] of contenders) {
      const sink = await Sink.start(tools, 0);
      const running = await contender.start(sink.port).catch(async (error: unknown) => {
        await sink.stop();
        throw error;
      });
      trials.push({ name, sink, running, runs: [] });
      await probe(tools, running, sink, { ...LOAD, seconds: WARM_UP_SECONDS });
    }
    for (let round = 0; round < rounds; round++) {
      for (const { sink, running, runs } of trials) {
        await drain(sink);
        const { sink: seen } = await probe(tools, running, sink, { ...LOAD, seconds });
        runs.push({ p50: seen.p50, p95: seen.p95, p99: seen.p99 });
      }
    }
    return new Map(trials.map(({ name, runs }) => [name, runs]));
  } finally {
    for (const { sink, running } of trials) {
      await running.stop();
      await sink.stop();
    }
  }
}

export function latencyMedian(runs: readonly Latency[]): Latency {
  const middle = (of: Quantile): number => median(runs.map((run) => run[of]));
  return { p50: middle("p50"), p95: middle("p95"), p99: middle("p99") };
}

/** The median of the ratios of runs in the same round. */
export function latencyRatio(runs: readonly Latency[], base: readonly Latency[], of: Quantile): number {
  return median(runs.map((run, round) => run[of] / (base[round]?.[of] ?? Number.NaN)));
}
