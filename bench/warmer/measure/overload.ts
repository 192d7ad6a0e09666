import type { Contender } from "../contender.ts";
import { Sink } from "../sink.ts";
import type { Tools } from "../tools.ts";
import { type Probe, probe, settle } from "./probe.ts";

/** What became of twice the hints a program can take. All pictures are distinct, so that each age is exact. */
export type Overload = {
  /** The most pictures per second that came within 50 ms, at whatever rate was offered on the way up. */
  readonly capacity: number;
  readonly offered: number;
  /** Pictures per second that came within 50 ms under the overload. */
  readonly goodput: number;
  readonly kept: number;
  /** Pictures that came later than 50 ms, and the latest, ms. */
  readonly late: number;
  readonly latestMs: number;
};

const STEP = 1.3;
/** Saturated: less than this share of what was offered came in time. */
const SATURATED_BELOW = 0.85;
/** One hiccup of a shared machine does not make a rate too high. */
const MOST_FAILED = 3;
const FACTOR = 2;

function goodput({ load, sink }: Probe): number {
  return (sink.distinct - sink.over) / load.seconds;
}

/**
 * Raises the rate by steps until a program no longer brings what it is offered; the most it brought in time on the way
 * is its capacity. Then offers twice that for some seconds, to the same process.
 * @param from a rate it takes for sure, hints per second
 * @param perDatagram hints of one datagram
 */
export async function overload(
  tools: Tools,
  contender: Contender,
  from: number,
  perDatagram: number,
  stepSeconds: number,
  seconds: number,
): Promise<Overload> {
  const sink = await Sink.start(tools, 0);
  const running = await contender.start(sink.port);
  try {
    await probe(tools, running, sink, { rate: from, seconds: 2.5, perDatagram, repeats: 0 });
    let capacity = 0;
    for (let rate = from, failed = 0; failed < MOST_FAILED; ) {
      await settle(sink);
      const calm = await probe(tools, running, sink, { rate, seconds: stepSeconds, perDatagram, repeats: 0 });
      capacity = Math.max(capacity, goodput(calm));
      if (goodput(calm) < SATURATED_BELOW * (calm.load.sent / calm.load.seconds)) failed++;
      else {
        failed = 0;
        rate *= STEP;
      }
    }
    await settle(sink);
    const over = await probe(tools, running, sink, { rate: capacity * FACTOR, seconds, perDatagram, repeats: 0 });
    return {
      capacity,
      offered: over.load.sent / over.load.seconds,
      goodput: goodput(over),
      kept: goodput(over) / capacity,
      late: over.sink.over,
      latestMs: over.sink.max / 1000,
    };
  } finally {
    await running.stop();
    await sink.stop();
  }
}
