import type { Contender } from "../contender.ts";
import { REPEATS } from "../load.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { drain, type Probe, probe } from "./probe.ts";

/** How the highest rate is searched. Rates in hints per second. */
export type SearchOptions = {
  /** A rate that it certainly takes. */
  readonly from: number;
  readonly delayMs: number;
  /** Length of one probe and of the confirming probe, seconds. */
  readonly seconds: number;
  readonly confirmSeconds: number;
  readonly repeats?: number;
  readonly limitP99Us?: number;
};

/** The highest rate without loss, and the ages at that rate in microseconds. */
export type Capacity = {
  readonly rate: number;
  readonly pushesPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  readonly paths: number;
  readonly probes: number;
};

const LIMIT_P99_US = 50_000;
const STEP = 1.35;
const FINEST = 1.03;
/**
 * On a machine that is too busy to decide, the search ends here. The confirming probes then find a rate that holds.
 */
const MOST_PROBES = 16;
const WARM_UP = { seconds: 2.5, share: 0.7 } as const;

/** Every picture arrived in time. */
function passes({ load, sink }: Probe): boolean {
  return sink.distinct === load.distinct && sink.p99 < LIMIT_P99_US;
}

function capacityOf({ load, sink }: Probe, probes: number): Capacity {
  const { p50, p99, requests, paths } = sink;
  return {
    rate: load.sent / load.seconds,
    pushesPerSecond: sink.distinct / load.seconds,
    p50,
    p99,
    requests,
    paths,
    probes,
  };
}

/**
 * Searches the highest rate at which every distinct picture reaches the sink and the 99th percentile of age there is
 * below 50 ms. It raises the rate by a third while it holds, bisects to 3 %, and confirms with a longer probe; each
 * failure there lowers the rate by 4 %. A failed probe is repeated once, because one pause of a shared machine decides
 * nothing.
 */
export async function highestRate(tools: Tools, contender: Contender, options: SearchOptions): Promise<Capacity> {
  const sink = await Sink.start(tools, options.delayMs);
  const running = await contender.start(sink.port);
  const repeats = options.repeats ?? REPEATS;
  let probes = 0;
  const holds = async (rate: number, seconds: number, tries: number): Promise<Probe | null> => {
    for (let i = 0; i < tries; i++) {
      probes++;
      const result = await probe(tools, running, sink, { rate, seconds, repeats });
      if (passes(result)) return result;
      await drain(sink);
    }
    return null;
  };
  try {
    await probe(tools, running, sink, { rate: options.from * WARM_UP.share, seconds: WARM_UP.seconds, repeats });
    await drain(sink);
    let low = options.from;
    let high = Number.POSITIVE_INFINITY;
    while (high / low > FINEST && probes < MOST_PROBES) {
      const rate = high === Number.POSITIVE_INFINITY ? low * STEP : Math.sqrt(low * high);
      if ((await holds(rate, options.seconds, 2)) !== null) low = rate;
      else high = rate;
    }
    for (let rate = low; rate > low / 4; rate *= 0.96) {
      const confirmed = await holds(rate, options.confirmSeconds, 1);
      if (confirmed !== null) return capacityOf(confirmed, probes);
    }
    return { rate: 0, pushesPerSecond: 0, p50: 0, p99: 0, requests: 0, paths: 0, probes };
  } finally {
    await running.stop();
    await sink.stop();
  }
}
