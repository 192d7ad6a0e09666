import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { probe, settle } from "./probe.ts";

/** Ages at the sink at a low rate, microseconds. */
export type Latency = { readonly p50: number; readonly p99: number };

/** Hints per second, one at a time, gaps exponential. */
export const LATENCY_RATE = 5_000;
const WARM_UP_SECONDS = 2.5;

/** From datagram to request at a rate that leaves every program idle most of the time. */
export async function latencyOnce(tools: Tools, contender: Contender, seconds: number): Promise<Latency> {
  const sink = await Sink.start(tools, 0);
  const running = await contender.start(sink.port);
  try {
    const load = { rate: LATENCY_RATE, poisson: true };
    await probe(tools, running, sink, { ...load, seconds: WARM_UP_SECONDS });
    await settle(sink);
    const { sink: seen } = await probe(tools, running, sink, { ...load, seconds });
    return { p50: seen.p50, p99: seen.p99 };
  } finally {
    await running.stop();
    await sink.stop();
  }
}

export function latencyMedian(runs: readonly Latency[]): Latency {
  return { p50: median(runs.map(({ p50 }) => p50)), p99: median(runs.map(({ p99 }) => p99)) };
}
