import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { type Probe, probe, settle } from "./probe.ts";

/** What became of twice the hints a program can take. All pictures are distinct, so that each age is exact. */
export type Overload = {
  /** Medians over the rounds: pictures per second that came within 50 ms, at the best rate and at twice as much. */
  readonly capacity: number;
  readonly offered: number;
  readonly goodput: number;
  /** Of each round: the goodput under overload as a share of the capacity found just before it. */
  readonly kept: readonly number[];
  /** Pictures that came later than 50 ms in all overloads, and the latest, ms. */
  readonly late: number;
  readonly latestMs: number;
};

/** How it is measured. */
export type OverloadOptions = {
  /** A rate it takes for sure, hints per second. */
  readonly from: number;
  /** Hints of one datagram. */
  readonly perDatagram: number;
  /** Length of one step on the way to the capacity, and of one overload, seconds. */
  readonly stepSeconds: number;
  readonly overloadSeconds: number;
  readonly rounds: number;
};

/** How a capacity is searched: up from a share of the one before. */
type Climb = { readonly start: number; readonly step: number };
const FIRST: Climb = { start: 1, step: 1.3 };
const AGAIN: Climb = { start: 0.8, step: 1.12 };

/** Saturated: less than this share of what was offered came in time. */
const SATURATED_BELOW = 0.85;
/** One hiccup of a shared machine does not make a rate too high. */
const MOST_FAILED = 3;
const FACTOR = 2;

function goodput({ load, sink }: Probe): number {
  return (sink.distinct - sink.over) / load.seconds;
}

/**
 * In rounds, to one process: raises the rate by steps until it no longer brings what it is offered; the most it brought
 * in time on the way is its capacity. Then offers twice that. A shared machine's speed changes by the second, so that
 * only an overload and the capacity found right before it can be compared.
 */
export async function overload(tools: Tools, contender: Contender, options: OverloadOptions): Promise<Overload> {
  const { from, perDatagram, stepSeconds, overloadSeconds, rounds } = options;
  const sink = await Sink.start(tools, 0);
  const running = await contender.start(sink.port);
  const spell = async (rate: number, seconds: number): Promise<Probe> => {
    await settle(sink);
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

/** The most that came in time at any rate on the way up to where it is surely too much. */
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
