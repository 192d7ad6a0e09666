import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { drain, type Probe, probe } from "./probe.ts";

/** What a program does with twice the hints it can take. All pictures are distinct, so that each age is exact. */
export type Overload = {
  /**
   * Medians over the rounds: pictures per second that arrived within 50 ms, at the best rate and at twice that rate.
   */
  readonly capacity: number;
  readonly offered: number;
  readonly goodput: number;
  /** For each round: the goodput under overload as a share of the capacity found just before. */
  readonly kept: readonly number[];
  /** Pictures that arrived later than 50 ms in all overloads, and the latest, ms. */
  readonly late: number;
  readonly latestMs: number;
};

/** How it is measured. */
export type OverloadOptions = {
  /** A rate that it certainly takes, hints per second. */
  readonly from: number;
  /** Hints in one datagram. */
  readonly perDatagram: number;
  /** Length of one step of the capacity search, and of one overload, seconds. */
  readonly stepSeconds: number;
  readonly overloadSeconds: number;
  readonly rounds: number;
};

/** How a capacity is searched: it starts at a share of the one before. */
type Climb = { readonly start: number; readonly step: number };
const FIRST: Climb = { start: 1, step: 1.3 };
const AGAIN: Climb = { start: 0.8, step: 1.12 };

/** Saturated: less than this share of the offered pictures arrived in time. */
const SATURATED_BELOW = 0.85;
/** One pause of a shared machine does not make a rate too high. */
const MOST_FAILED = 3;
const FACTOR = 2;

function goodput({ load, sink }: Probe): number {
  return (sink.distinct - sink.over) / load.seconds;
}

/**
 * Runs in rounds against one process. Each round raises the rate step by step until the program no longer keeps up. The
 * most pictures that arrived in time are its capacity. Then it offers twice that. The speed of a shared machine changes
 * within seconds, so an overload can be compared only with the capacity found right before it.
 */
export async function overload(tools: Tools, contender: Contender, options: OverloadOptions): Promise<Overload> {
  const { from, perDatagram, stepSeconds, overloadSeconds, rounds } = options;
  const sink = await Sink.start(tools, 0);
  const running = await contender.start(sink.port);
  const spell = async (rate: number, seconds: number): Promise<Probe> => {
    await drain(sink);
    return probe(tools, running, sink, { rate, seconds, perDatagram, repeats: 0 });
  };
  try {
    await spell(from, 2.5);
    let capacity = await climb(from, FIRST, (rate) => spell(rate, stepSeconds));
    const results: { capacity: number; over: Probe }[] = [];
    for (let round = 0; round < rounds; round++) {
      capacity = await climb(capacity, AGAIN, (rate) => spell(rate, stepSeconds));
      results.push({ capacity, over: await spell(capacity * FACTOR, overloadSeconds) });
    }
    const middle = (of: (result: (typeof results)[number]) => number): number => median(results.map(of));
    return {
      capacity: middle((result) => result.capacity),
      offered: middle(({ over }) => over.load.sent / over.load.seconds),
      goodput: middle(({ over }) => goodput(over)),
      kept: results.map((result) => goodput(result.over) / result.capacity),
      late: results.reduce((sum, { over }) => sum + over.sink.over, 0),
      latestMs: Math.max(...results.map(({ over }) => over.sink.max)) / 1000,
    };
  } finally {
    await running.stop();
    await sink.stop();
  }
}

/** The most pictures that arrived in time at any rate, up to a rate that is certainly too high. */
async function climb(from: number, { start, step }: Climb, spell: (rate: number) => Promise<Probe>): Promise<number> {
  let best = 0;
  for (let rate = from * start, failed = 0; failed < MOST_FAILED; ) {
    const calm = await spell(rate);
    best = Math.max(best, goodput(calm));
    if (goodput(calm) < SATURATED_BELOW * (calm.load.sent / calm.load.seconds)) failed++;
    else {
      failed = 0;
      rate *= step;
    }
  }
  return best;
}
